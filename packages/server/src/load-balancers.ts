import { join } from 'node:path';
import type { Health } from '@certfleet/contract';
import {
  describeVersion,
  HaproxyError,
  HaproxyInstance,
  type LoadBalancerInput,
  readServedCertificate,
  type VirtualServiceStatus,
} from '@certfleet/haproxy';
import {
  type CertificateToInstall,
  type ChallengeEntry,
  type InstalledCertificate,
  type LoadBalancerPort,
  PluginError,
  type ServedCertificate,
} from '@certfleet/plugins';
import { ChangeQueue } from './change-queue.js';
import { DomainError } from './domain/errors.js';
import { minutes } from './domain/time.js';
import { asDomainError } from './load-balancer-errors.js';
import { toModel } from './load-balancer-model.js';
import type { Store } from './store/index.js';
import type { InstanceRecord } from './store/load-balancers.js';
import type { VirtualServiceRecord } from './store/virtual-services.js';

/** How this machine's HAProxy is found and where it keeps its files. */
export interface HaproxyOptions {
  /** Below it each instance has a folder by its name; short, since it is part of the paths of unix sockets. */
  directory: string;
  /** `haproxy` by the search path, or a path. */
  binary: string;
}

/** HAProxy is asked for its version again after so long: others update it, and each open page reads this often. */
const versionAgain = minutes(1);

/**
 * The load balancers' instances on this machine: brings each HAProxy to the stored virtual services, and is what the
 * plugins reach them through. HAProxy has its own life: it serves on when this process ends, and is found again.
 */
export class LoadBalancers implements LoadBalancerPort {
  readonly #store: Store;
  readonly #options: HaproxyOptions;
  /** Those whose folder was opened here, by instance id: HAProxy may run or not. */
  readonly #opened = new Map<string, Promise<HaproxyInstance>>();
  /** Those that this process has brought to the stored state once, by instance id. */
  readonly #instances = new Map<string, HaproxyInstance>();
  /** By load balancer id: the run that callers who come now may wait for, since it has not read the store yet. */
  readonly #waiting = new Map<string, Promise<void>>();
  readonly #last = new Map<string, Promise<unknown>>();

  #version: { at: number; text: Promise<string | null> } | undefined;

  /** Changes of what is stored, on their way to HAProxy. */
  readonly changes = new ChangeQueue(id => this.apply(id));

  constructor(store: Store, options: HaproxyOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Makes the default load balancer, with this machine as its only instance, if there is none yet. */
  async ensureDefault(): Promise<string> {
    const known = await this.#store.loadBalancers.findDefault();
    if (known) return known.id;
    const instances = [{ name: 'local', type: 'local' as const }];
    return (await this.#store.loadBalancers.create({ name: 'default', isDefault: true, instances })).id;
  }

  /**
   * Brings every instance of a load balancer to the stored virtual services. Calls that come while one is waiting share
   * its run. Throws DomainError `haproxy-unavailable`, `haproxy-refused` or `port-in-use`; what ran before runs on.
   */
  apply(loadBalancerId: string): Promise<void> {
    const waiting = this.#waiting.get(loadBalancerId);
    if (waiting) return waiting;
    const before = this.#last.get(loadBalancerId) ?? Promise.resolve();
    const run = before.then(() => {
      this.#waiting.delete(loadBalancerId);
      return this.#applyNow(loadBalancerId);
    });
    this.#waiting.set(loadBalancerId, run);
    this.#last.set(
      loadBalancerId,
      run.catch(() => undefined),
    );
    return run;
  }

  /** Ends every HAProxy that was brought up here, with the connections it has. Stopping the server doesn't need it. */
  async stopHaproxy(): Promise<void> {
    await Promise.all([...this.#instances.values()].map(instance => instance.stop()));
    this.#instances.clear();
  }

  /** Whether the HAProxy of this machine runs, whoever started it, if it is needed at all. */
  async health(): Promise<Health['haproxy']> {
    const [service] = (await this.#store.virtualServices.list({ limit: 1 })).items;
    if (!service) return 'unused';
    const { instances } = await this.#store.loadBalancers.get(service.loadBalancerId);
    const running = await Promise.all(instances.map(instance => this.#runs(instance)));
    return running.every(Boolean) ? 'running' : 'stopped';
  }

  /** Of the HAProxy that is installed on this machine; null: there is none that can be used. */
  version(): Promise<string | null> {
    const now = performance.now();
    if (this.#version === undefined || now - this.#version.at > versionAgain) {
      this.#version = { at: now, text: describeVersion(this.#options.binary).catch(unusableAsNull) };
    }
    return this.#version.text;
  }

  /** What an instance is doing, in a word for people. */
  async status(instance: InstanceRecord): Promise<string> {
    return (await this.#runs(instance)) ? 'running' : 'not running';
  }

  /**
   * How these virtual services of a load balancer do, whoever applied them; null when its HAProxy doesn't run. One exchange
   * with HAProxy, however many there are. Throws DomainError `haproxy-unavailable` when it doesn't answer.
   */
  async statistics(
    loadBalancerId: string,
    services: readonly VirtualServiceRecord[],
  ): Promise<VirtualServiceStatus[] | null> {
    const [record] = (await this.#store.loadBalancers.get(loadBalancerId)).instances;
    if (!record) return null;
    try {
      return await (await this.#open(record)).readStatus(services);
    } catch (error) {
      if (error instanceof HaproxyError && error.reason === 'notRunning') return null;
      throw asDomainError(error);
    }
  }

  async checkVirtualService(index: number, types: readonly string[]): Promise<void> {
    const service = await this.#store.virtualServices.find(index);
    if (!service) throw new PluginError('config', `There is no virtual service ${index}.`);
    if (types.includes(service.type)) return;
    throw new PluginError('config', `Virtual service ${index} is of type ${service.type}, not ${types.join(' or ')}.`);
  }

  async addressOf(index: number): Promise<{ address: string; port: number; secure: boolean }> {
    const service = await this.#store.virtualServices.find(index);
    if (!service) throw new PluginError('config', `There is no virtual service ${index}.`);
    return { address: service.address, port: service.port, secure: service.type === 'https' };
  }

  async presentChallenges(index: number, entries: readonly ChallengeEntry[]): Promise<void> {
    const service = await this.#store.virtualServices.find(index);
    if (service?.enabled === false) {
      const todo = 'Enable it, or prove the name by another solver.';
      throw new PluginError('config', `Virtual service ${index} is disabled, so it can't answer a challenge. ${todo}`);
    }
    await this.#onEach(index, instance => instance.challenges.present(entries));
  }

  /** Also when the virtual service is gone: what it presented, the others answer from the same map. */
  async withdrawChallenges(index: number, tokens: readonly string[]): Promise<void> {
    const own = await this.#store.loadBalancers.instancesOf(index);
    const all = async () => (await this.#store.loadBalancers.all()).flatMap(({ instances }) => instances);
    const instances = await this.#running(own.length > 0 ? own : await all());
    await asPluginError(() => Promise.all(instances.map(instance => instance.challenges.cleanUp(tokens))));
  }

  async certificate(index: number, name: string): Promise<InstalledCertificate | null> {
    const [instance] = await this.#instancesOf(index);
    if (!instance) return null;
    const found = await asPluginError(() => instance.certificates.find(index, name));
    if (!found) return null;
    const { pem, isDefault, serverNames, behind } = found;
    return { pem, isDefault, names: serverNames, behind };
  }

  /** The names of the certificates that are installed on an HTTPS virtual service, by its files. */
  async installedNames(index: number): Promise<string[]> {
    const [instance] = await this.#instancesOf(index);
    return instance ? asPluginError(async () => (await instance.certificates.list(index)).map(({ id }) => id)) : [];
  }

  installCertificate(index: number, name: string, certificate: CertificateToInstall): Promise<void> {
    const { pem, isDefault, names, behind = [] } = certificate;
    return this.#onEach(index, instance =>
      instance.certificates.install({
        service: index,
        id: name,
        pem,
        behind,
        ...(isDefault !== undefined && { isDefault }),
        ...(names.length > 0 && { serverNames: names }),
      }),
    );
  }

  /** A virtual service that is gone holds none: its files went with it. */
  async removeCertificate(index: number, name: string): Promise<void> {
    const instances = await this.#running(await this.#store.loadBalancers.instancesOf(index));
    await asPluginError(() => Promise.all(instances.map(instance => instance.certificates.remove(index, name))));
  }

  async defaultCertificate(index: number): Promise<string | null> {
    const [instance] = await this.#instancesOf(index);
    if (!instance) return null;
    const held = await asPluginError(() => instance.certificates.list(index));
    return held.find(({ isDefault }) => isDefault)?.id ?? null;
  }

  makeDefaultCertificate(index: number, name: string, insteadOf: string): Promise<void> {
    return this.#onEach(index, instance => instance.certificates.makeDefault(index, name, insteadOf));
  }

  async handshake(index: number, serverName: string | null, keyType: 'ec' | 'rsa'): Promise<ServedCertificate[]> {
    const { address, port } = await this.#store.virtualServices.get(index);
    const sni = serverName === null ? {} : { serverName };
    return asPluginError(async () => {
      const { leaf } = await readServedCertificate({ address, port, keyType, ...sni });
      return [
        {
          instance: 'local',
          serial: leaf.serialNumber.toLowerCase(),
          fingerprintSha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
        },
      ];
    });
  }

  async #applyNow(loadBalancerId: string): Promise<void> {
    const { instances } = await this.#store.loadBalancers.get(loadBalancerId);
    const read = async (): Promise<LoadBalancerInput> => {
      const services = await this.#store.virtualServices.ofLoadBalancer(loadBalancerId);
      return toModel(services, await this.#store.contentRules.ofLoadBalancer(loadBalancerId));
    };
    try {
      for (const record of instances) {
        const known = this.#instances.get(record.id);
        if (known) await known.apply(read);
        else await this.#bringUpFirst(record, read);
      }
    } catch (error) {
      throw asDomainError(error);
    }
  }

  /** The first time in this process: HAProxy may run already, with what was stored then or not quite. */
  async #bringUpFirst(record: InstanceRecord, read: () => Promise<LoadBalancerInput>): Promise<void> {
    const instance = await this.#open(record);
    // Who needs no virtual service needs no HAProxy.
    if ((await read()).virtualServices?.length === 0 && !(await instance.processes())) return;
    await instance.start(read);
    this.#instances.set(record.id, instance);
  }

  async #runs(record: InstanceRecord): Promise<boolean> {
    const processes = await (await this.#open(record)).processes();
    return processes?.worker !== undefined;
  }

  #open({ id, name }: InstanceRecord): Promise<HaproxyInstance> {
    const known = this.#opened.get(id);
    if (known) return known;
    const { directory, binary } = this.#options;
    const opening = HaproxyInstance.open({ directory: join(directory, name), binary });
    this.#opened.set(id, opening);
    // A folder that can't be made now may be made later.
    opening.catch(() => this.#opened.delete(id));
    return opening;
  }

  async #onEach(index: number, work: (instance: HaproxyInstance) => Promise<void>): Promise<void> {
    const instances = await this.#instancesOf(index);
    await asPluginError(() => Promise.all(instances.map(work)));
  }

  async #instancesOf(index: number): Promise<HaproxyInstance[]> {
    const instances = await this.#store.loadBalancers.instancesOf(index);
    if (instances.length === 0) throw new PluginError('config', `There is no virtual service ${index} any more.`);
    return this.#running(instances);
  }

  /** Work that was taken up at the start of this process may come before the first look at HAProxy is done. */
  async #running(instances: readonly InstanceRecord[]): Promise<HaproxyInstance[]> {
    const unseen = instances.filter(({ id }) => !this.#instances.has(id));
    for (const id of new Set(unseen.map(({ loadBalancerId }) => loadBalancerId))) await this.#bringUp(id);
    return instances.flatMap(({ id }) => this.#instances.get(id) ?? []);
  }

  async #bringUp(loadBalancerId: string): Promise<void> {
    try {
      await this.apply(loadBalancerId);
    } catch (cause) {
      if (!(cause instanceof DomainError)) throw cause;
      throw new PluginError('unavailable', cause.message, { cause });
    }
  }
}

async function asPluginError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof HaproxyError)) throw cause;
    throw new PluginError(pluginReason(cause), cause.message, { cause });
  }
}

function pluginReason({ reason }: HaproxyError): PluginError['reason'] {
  switch (reason) {
    case 'invalidModel':
    case 'refused':
    case 'notInstalled':
    case 'tooOld':
      return 'config';
    case 'readBackDiffers':
      return 'verificationFailed';
    case 'portInUse':
      return 'conflict';
    case 'notPermitted':
      return 'credentials';
    case 'notRunning':
    case 'startFailed':
    case 'reloadFailed':
    case 'commandFailed':
    case 'timedOut':
    case 'busy':
      return 'unavailable';
  }
}

function unusableAsNull(error: unknown): null {
  if (error instanceof HaproxyError) return null;
  throw error;
}
