import { Certificates } from './certificates.js';
import { Challenges } from './challenges.js';
import { Engine } from './engine.js';
import { HaproxyError } from './errors.js';
import { makePrivateFolder, readFileIfAny, removeUnfinished, writeFileAtomic } from './files.js';
import { FolderLock } from './lock.js';
import { Master, type ProcessList } from './master.js';
import { checkLoadBalancer, type LoadBalancer, type LoadBalancerInput } from './model.js';
import { crtListPath, type InstancePaths, instancePaths } from './paths.js';
import { configurationHash, renderConfiguration } from './render.js';
import { RuntimeCertificates } from './runtime-certificates.js';
import { RuntimeSocket } from './runtime-socket.js';
import { Statistics } from './statistics.js';
import { type Measured, namesOf, statusOf, type VirtualServiceStatus } from './status.js';
import { readVersion } from './version.js';

export interface InstanceOptions {
  /** Absolute folder for HAProxy's files and sockets, of this instance alone. Made (0700) if it doesn't exist. */
  readonly directory: string;
  /** HAProxy's binary; left out: `haproxy` as the search path has it. */
  readonly binary?: string;
}

/**
 * Virtual services, or how to read them where they are stored. Those are read while HAProxy's folder is locked, so that a
 * process which has waited does not take back what another one has applied meanwhile.
 */
export type LoadBalancerSource = LoadBalancerInput | (() => Promise<LoadBalancerInput>);

/** What applying came to. */
export interface Applied {
  /** `unchanged`: it ran already, and HAProxy was left alone. */
  readonly action: 'started' | 'reloaded' | 'unchanged';
  /** Of the configuration that runs now. */
  readonly configurationHash: string;
}

/**
 * An HAProxy on this machine, with a life of its own: it goes on serving when this process ends, and is found again by
 * the next one that opens the same folder. The files in the folder are what HAProxy comes up with after a restart;
 * everything that changes them or the running process goes through one lock, which holds across processes.
 */
export class HaproxyInstance {
  readonly paths: InstancePaths;
  /** http-01 challenges, answered on all services without a reload. */
  readonly challenges: Challenges;
  /** Certificates of HTTPS services, changed without a reload. */
  readonly certificates: Certificates;

  readonly #binary: string;
  readonly #lock: FolderLock;
  readonly #engine: Engine;
  readonly #master: Master;
  readonly #statistics: Statistics;
  #wanted: ReadModel | undefined;
  #pending: Promise<Applied> | undefined;
  #applied: LoadBalancer | undefined;
  #lookAgain: NodeJS.Timeout | undefined;

  private constructor(paths: InstancePaths, binary: string) {
    this.paths = paths;
    this.#binary = binary;
    this.#lock = new FolderLock(paths.directory);
    this.#master = new Master(paths.masterSocket);
    this.#statistics = new Statistics(paths, this.#master);
    this.#engine = new Engine(binary, paths, this.#statistics);
    const runtime = new RuntimeSocket(paths.runtimeSocket);
    this.challenges = new Challenges(paths, runtime, this.#lock);
    this.certificates = new Certificates(paths, new RuntimeCertificates(runtime), this.#lock, () => this.#loadFiles());
  }

  /** Opens the folder of an instance. HAProxy is neither started nor asked yet. */
  static async open({ directory, binary = 'haproxy' }: InstanceOptions): Promise<HaproxyInstance> {
    const paths = instancePaths(directory);
    await makePrivateFolder(paths.certificates);
    return new HaproxyInstance(paths, binary);
  }

  /**
   * Brings HAProxy to the stored state: starts it, or adopts the one that runs and reloads it if it isn't what the
   * files and `source` say. To be called once, before anything else.
   *
   * @throws {HaproxyError} as {@link apply}
   */
  async start(source: LoadBalancerSource): Promise<Applied & { readonly adopted: boolean }> {
    const read = readerOf(source);
    return this.#lock.hold(async () => {
      const model = await read();
      await removeUnfinished(this.paths.directory);
      await removeUnfinished(this.paths.certificates);
      const adopted = await this.#engine.isRunningOrReloading();
      // Also clears away what a killed process left.
      for (const service of httpsServices(model)) await this.certificates.prepare(service);
      const applied = await this.#applyNow(model);
      // A process that was killed between a file and the runtime API has left them apart: the files are right.
      if (applied.action !== 'unchanged' || (await this.#runsAsStored(model))) return { ...applied, adopted };
      await this.#loadFiles();
      return { ...applied, action: 'reloaded', adopted };
    });
  }

  /**
   * Makes HAProxy run these virtual services, without a failed request. Calls that come while one is waiting are
   * answered together by the last one's virtual services. An unchanged configuration does nothing.
   *
   * @throws {HaproxyError} `invalidModel`, `refused`, `portInUse`, `notPermitted`, `notInstalled`, `tooOld`,
   *   `startFailed`, `reloadFailed`, and what reading the source throws; what ran before goes on running
   */
  async apply(source: LoadBalancerSource): Promise<Applied> {
    this.#wanted = readerOf(source);
    this.#pending ??= this.#queue();
    return this.#pending;
  }

  /** The processes that run; undefined if HAProxy doesn't. */
  processes(): Promise<ProcessList | undefined> {
    return this.#master.processes();
  }

  /** The hash of the configuration that runs, to be compared with what {@link apply} told. */
  runningConfiguration(): Promise<string | undefined> {
    return this.#engine.runningHash();
  }

  /**
   * How virtual services are doing now, what they have done since the instance exists (over reloads), and their load. One
   * exchange with each worker, however many virtual services they are.
   *
   * @param services left out: those that were applied here last; other processes may have applied others since
   * @throws {HaproxyError} `notRunning`
   */
  async readStatus(
    services: readonly Measured[] | undefined = this.#applied?.virtualServices,
  ): Promise<VirtualServiceStatus[]> {
    const reading = await this.#statistics.read(namesOf(services ?? []));
    if (reading.rows === undefined || services === undefined)
      throw new HaproxyError(
        'notRunning',
        `HAProxy (${this.paths.directory}) is not running: start the instance first.`,
      );
    return statusOf(services, reading);
  }

  /** Ends HAProxy, and the connections it has. Ending this process does not need it. */
  stop(): Promise<void> {
    clearTimeout(this.#lookAgain);
    return this.#lock.hold(() => this.#engine.stop());
  }

  #queue(): Promise<Applied> {
    const run = this.#lock.hold(async () => {
      const read = this.#wanted as ReadModel;
      this.#pending = undefined;
      return this.#applyNow(await read());
    });
    // If the lock can't be had, the turn never begins: it must not be what later calls wait for.
    run.catch(() => {
      if (this.#pending === run) this.#pending = undefined;
    });
    return run;
  }

  async #applyNow(model: LoadBalancer): Promise<Applied> {
    const services = httpsServices(model);
    const configuration = renderConfiguration(model, this.paths);
    const hash = configurationHash(configuration) ?? '';
    const running = await this.#engine.isRunning();
    const previous = (await readFileIfAny(this.paths.configuration)) ?? '';
    // Those in the running configuration have their files; there may be thousands, and nothing to do for any.
    const prepared = new Set([...previous.matchAll(/ crt-list (\S+)/g)].map(([, list]) => list));
    for (const service of services)
      if (!prepared.has(crtListPath(this.paths, service))) await this.certificates.prepare(service);
    if (running && previous === configuration && (await this.#engine.runningHash()) === hash) {
      this.#applied = model;
      return { action: 'unchanged', configurationHash: hash };
    }
    await readVersion(this.#binary);
    if ((await readFileIfAny(this.paths.challengeMap)) === undefined)
      await writeFileAtomic(this.paths.challengeMap, '');
    await this.#engine.check(configuration);
    if (running) {
      await this.#engine.probeNewAddresses(model);
      await this.#engine.reload(configuration);
    } else await this.#engine.start(configuration);
    await this.certificates.forgetOthers(new Set(services));
    await this.#statistics.forgetOthers(namesOf(model.virtualServices));
    this.#applied = model;
    this.#recordWhileOldWorkersEnd(100);
    return { action: running ? 'reloaded' : 'started', configurationHash: hash };
  }

  async #runsAsStored(model: LoadBalancer): Promise<boolean> {
    if (!(await this.challenges.runsAsStored())) return false;
    for (const { index, type, enabled } of model.virtualServices)
      if (type === 'https' && enabled && !(await this.certificates.runsAsStored(index))) return false;
    return true;
  }

  /** Reloads with the configuration that runs, so that maps and certificates are read from their files. */
  async #loadFiles(): Promise<void> {
    const configuration = await readFileIfAny(this.paths.configuration);
    if (configuration === undefined)
      throw new HaproxyError('notRunning', `There is no HAProxy configuration in ${this.paths.directory} yet.`);
    await this.#engine.reload(configuration);
    this.#recordWhileOldWorkersEnd(100);
  }

  /**
   * Looks at the counters of old workers, less and less often, until the last one has ended. A look that fails costs
   * some counts at most, and nobody waits for it: there will be another one.
   */
  #recordWhileOldWorkersEnd(wait: number): void {
    clearTimeout(this.#lookAgain);
    const again = () => this.#recordWhileOldWorkersEnd(Math.min(wait * 2, 30_000));
    this.#lookAgain = setTimeout(() => {
      this.#lock
        .hold(() => this.#statistics.record())
        .then(more => {
          if (more) again();
        }, again);
    }, wait);
    this.#lookAgain.unref();
  }
}

function httpsServices({ virtualServices }: LoadBalancer): number[] {
  return virtualServices.filter(({ type }) => type === 'https').map(({ index }) => index);
}

type ReadModel = () => Promise<LoadBalancer>;

/** What can be checked now is refused now, before it takes the place of virtual services that wait to be applied. */
function readerOf(source: LoadBalancerSource): ReadModel {
  if (typeof source === 'function') return async () => checkLoadBalancer(await source());
  const model = checkLoadBalancer(source);
  return async () => model;
}
