import { existsSync } from 'node:fs';
import { HaproxyError } from './errors.js';
import { readFileIfAny, removeFile, writeFileAtomic } from './files.js';
import { infoField, Master } from './master.js';
import { type LoadBalancer, listenerAddress } from './model.js';
import type { InstancePaths } from './paths.js';
import { poll } from './poll.js';
import { checkConfiguration, complaintsSince, logSize, probeAddress, startFailure, startMaster } from './process.js';
import { configurationHash } from './render.js';
import { RuntimeSocket } from './runtime-socket.js';
import { carriedServerState, NO_SERVER_STATE } from './server-state.js';
import type { Statistics } from './statistics.js';

/** Milliseconds for a start or a reload; reading 20,000 certificates takes 20 s on a slow machine. */
const READY_TIMEOUT = 120_000;

/** Milliseconds in which a master that executes itself answers again: it takes a few hundred. */
const RELOAD_PATIENCE = 3_000;

/**
 * The HAProxy process of an instance: checks, starts, reloads, and tells which configuration runs. The caller holds the
 * instance's lock. What to configure is decided elsewhere.
 */
export class Engine {
  readonly #binary: string;
  readonly #paths: InstancePaths;
  readonly #master: Master;
  readonly #runtime: RuntimeSocket;
  readonly #statistics: Statistics;

  constructor(binary: string, paths: InstancePaths, statistics: Statistics) {
    this.#binary = binary;
    this.#paths = paths;
    this.#master = new Master(paths.masterSocket);
    this.#runtime = new RuntimeSocket(paths.runtimeSocket);
    this.#statistics = statistics;
  }

  /** Whether a master answers; it may be one that another process of ours started. */
  async isRunning(): Promise<boolean> {
    return (await this.#master.processes()) !== undefined;
  }

  /**
   * The same, after a process of ours was killed: a master that is just executing itself does not answer for a moment,
   * but its socket is there.
   */
  async isRunningOrReloading(): Promise<boolean> {
    if (await this.isRunning()) return true;
    if (!existsSync(this.#paths.masterSocket)) return false;
    return (await poll(async () => (await this.isRunning()) || undefined, { timeout: RELOAD_PATIENCE })) === true;
  }

  /** The hash of the configuration that the current worker runs; undefined if none does. */
  async runningHash(): Promise<string | undefined> {
    const worker = (await this.#master.processes())?.worker;
    return worker && this.#hashOf(worker.pid);
  }

  /** Has HAProxy check a configuration, in a file beside the real one. */
  async check(configuration: string): Promise<void> {
    const candidate = `${this.#paths.configuration}.candidate`;
    await writeFileAtomic(candidate, configuration);
    try {
      await checkConfiguration(this.#binary, candidate);
    } finally {
      await removeFile(candidate);
    }
  }

  /**
   * Starts HAProxy with a checked configuration and waits until it serves.
   *
   * @throws {HaproxyError} `startFailed`, `portInUse` or `notPermitted`; the old configuration file is back then
   */
  async start(configuration: string): Promise<void> {
    await this.#statistics.record();
    // States of real servers from before a stop say nothing about now.
    await writeFileAtomic(this.#paths.serverState, NO_SERVER_STATE);
    const previous = await readFileIfAny(this.#paths.configuration);
    await writeFileAtomic(this.#paths.configuration, configuration);
    const offset = await logSize(this.#paths);
    const { exited } = await startMaster(this.#binary, this.#paths);
    const ended = exited.then(() => 'ended' as const);
    const ready = await poll(
      async () => {
        const state = await Promise.race([ended, this.#servesHash(configuration)]);
        return state || undefined;
      },
      { timeout: READY_TIMEOUT },
    );
    if (ready === true) return;
    if (previous !== undefined) await writeFileAtomic(this.#paths.configuration, previous);
    throw startFailure('startFailed', await complaintsSince(this.#paths, offset));
  }

  /**
   * Replaces the configuration of the running HAProxy by a checked one, without losing a connection, and waits until
   * only the new worker takes connections. If it doesn't come up, the old file is put back and loaded again; the old
   * worker serves all the while.
   *
   * @throws {HaproxyError} `reloadFailed`, `portInUse` or `notPermitted`
   */
  async reload(configuration: string): Promise<void> {
    const previous = (await readFileIfAny(this.#paths.configuration)) ?? '';
    const sticky = await this.#holdsStickEntries();
    if (sticky) await this.#waitUntilTaught();
    await this.#carryState(previous, configuration);
    await writeFileAtomic(this.#paths.configuration, configuration);
    const offset = await logSize(this.#paths);
    if (await this.#reloadMaster(configuration)) {
      if (sticky) await this.#waitUntilTaught();
      return;
    }
    const detail = await complaintsSince(this.#paths, offset);
    const failure = startFailure('reloadFailed', detail);
    if (previous === '' || previous === configuration) throw failure;
    await this.#carryState(configuration, previous);
    await writeFileAtomic(this.#paths.configuration, previous);
    if (await this.#reloadMaster(previous)) throw failure;
    throw new HaproxyError(
      'reloadFailed',
      `${failure.message} Loading the previous configuration again failed too; the old worker goes on serving. See ${this.#paths.log}.`,
      { detail, cause: failure },
    );
  }

  /**
   * Tries the addresses that a load balancer has and the running configuration doesn't.
   *
   * Those that overlap with one of ours (a wildcard and an address with one port) are left to HAProxy, which may share
   * them with itself.
   */
  async probeNewAddresses(loadBalancer: LoadBalancer): Promise<void> {
    const running = (await readFileIfAny(this.#paths.configuration)) ?? '';
    const bound = new Set([...running.matchAll(/^ {2}bind (\S+:\d+)/gm)].map(match => match[1]));
    const ports = new Set([...bound].map(portOf));
    for (const service of loadBalancer.virtualServices) {
      const own = listenerAddress(service);
      const wildcard = service.address === '0.0.0.0' || service.address === '::';
      const overlaps = wildcard ? ports.has(portOf(own)) : hasWildcard(bound, service);
      if (service.enabled && !bound.has(own) && !overlaps) await probeAddress(service);
    }
  }

  /** Ends HAProxy, connections included. */
  async stop(): Promise<void> {
    const list = await this.#master.processes();
    if (list === undefined) return;
    await this.#statistics.record();
    process.kill(list.master.pid, 'SIGTERM');
    const gone = await poll(async () => ((await this.isRunning()) ? undefined : true), { timeout: 30_000 });
    if (!gone)
      throw new HaproxyError('timedOut', `HAProxy (process ${list.master.pid}) did not end within 30 s of SIGTERM.`);
  }

  async #carryState(before: string, after: string): Promise<void> {
    await this.#statistics.record();
    const worker = (await this.#master.processes())?.worker;
    const state = worker ? await this.#master.askWorker(worker.pid, 'show servers state') : '';
    await writeFileAtomic(this.#paths.serverState, carriedServerState(state, before, after));
  }

  /** Whether a new worker runs with the configuration; its master's word is not enough. */
  async #reloadMaster(configuration: string): Promise<boolean> {
    const before = await this.#master.processes();
    const after = await this.#master.reload(READY_TIMEOUT);
    const worker = after?.worker;
    if (worker === undefined || worker.pid === before?.worker?.pid) return false;
    const serves = await poll(async () => (await this.#servesHash(configuration)) || undefined, { timeout: 30_000 });
    if (!serves) return false;
    for (const old of after?.oldWorkers ?? []) await this.#waitUntilStopping(old.pid);
    return true;
  }

  async #servesHash(configuration: string): Promise<boolean> {
    const worker = (await this.#master.processes(READY_TIMEOUT))?.worker;
    if (worker === undefined || (await this.#hashOf(worker.pid)) !== configurationHash(configuration)) return false;
    try {
      return infoField(await this.#runtime.ask('show info'), 'Pid') === String(worker.pid);
    } catch (error) {
      // The worker exists, but its socket is not there yet.
      if (error instanceof HaproxyError && error.reason === 'notRunning') return false;
      throw error;
    }
  }

  /** An old worker shares its listening sockets with the new one until it has noticed that it is old. */
  async #waitUntilStopping(pid: number): Promise<void> {
    await poll(
      async () => {
        const info = await this.#master.askWorker(pid, 'show info');
        return infoField(info, 'Pid') !== String(pid) || infoField(info, 'Stopping') !== '0' ? true : undefined;
      },
      { timeout: 10_000 },
    );
  }

  /** Whether a stick table remembers anybody; false if no worker runs. */
  async #holdsStickEntries(): Promise<boolean> {
    const worker = (await this.#master.processes())?.worker;
    return (
      worker !== undefined && /^# table: .* used:[1-9]/m.test(await this.#master.askWorker(worker.pid, 'show table'))
    );
  }

  /**
   * Waits until the current worker has learnt the stick tables of the one before, or has given up on that, which it
   * does 5 s after a start: earlier it doesn't teach them to the next one either, and they would be lost.
   */
  async #waitUntilTaught(): Promise<void> {
    await poll(
      async () => {
        const worker = (await this.#master.processes())?.worker;
        if (worker === undefined) return true;
        const answer = await this.#master.askWorker(worker.pid, 'show peers');
        // Bits 0 and 1: learning from the local peer, and from others, is finished or no longer wanted.
        const flags = Number(/ id=local disabled=0 flags=(0x[0-9a-f]+)/.exec(answer)?.[1] ?? 3);
        return (flags & 3) === 3 || undefined;
      },
      { timeout: 15_000 },
    );
  }

  async #hashOf(pid: number): Promise<string | undefined> {
    const info = await this.#master.askWorker(pid, 'show info');
    return /^certfleet-([0-9a-f]{64})$/.exec(infoField(info, 'description') ?? '')?.[1];
  }
}

function portOf(address: string | undefined): string {
  return address?.slice(address.lastIndexOf(':') + 1) ?? '';
}

function hasWildcard(bound: ReadonlySet<string | undefined>, { address, port }: { address: string; port: number }) {
  return bound.has(listenerAddress({ address: address.includes(':') ? '::' : '0.0.0.0', port }));
}
