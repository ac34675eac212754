import { HaproxyError } from './errors.js';
import { poll } from './poll.js';
import { RuntimeSocket } from './runtime-socket.js';

/** One HAProxy process, as `show proc` lists it. */
export interface HaproxyProcess {
  readonly pid: number;
  readonly version: string;
}

/** Milliseconds that a worker has for its first answer; each further attempt gives it as much more. */
const WORKER_TIMEOUT = 1000;
const WORKER_ATTEMPTS = 6;

/** The master and its workers. Old workers only finish the connections that they have. */
export interface ProcessList {
  readonly master: HaproxyProcess;
  /** How often the master has loaded its configuration again, with or without success. */
  readonly reloads: number;
  /** Undefined if the master could not start one, or it died. */
  readonly worker: HaproxyProcess | undefined;
  readonly oldWorkers: readonly HaproxyProcess[];
}

/** Reads the answer of `show proc`; undefined if it has no master. */
export function parseProcesses(answer: string): ProcessList | undefined {
  let section = '';
  let master: HaproxyProcess | undefined;
  let reloads = 0;
  const workers: HaproxyProcess[] = [];
  const oldWorkers: HaproxyProcess[] = [];
  for (const line of answer.split('\n')) {
    if (line.startsWith('# ')) section = line.slice(2).trim();
    const [, pid, type, count, version] = /^(\d+)\s+(master|worker)\s+(\d+)\b.*\s(\S+)\s*$/.exec(line) ?? [];
    if (pid === undefined || version === undefined) continue;
    const process = { pid: Number(pid), version };
    if (type === 'master') {
      master = process;
      reloads = Number(count);
    } else (section === 'old workers' ? oldWorkers : workers).push(process);
  }
  return master && { master, reloads, worker: workers[0], oldWorkers };
}

/** Finds a line of `show info`, such as `Pid` or `description`. */
export function infoField(info: string, name: string): string | undefined {
  const line = info.split('\n').find(candidate => candidate.toLowerCase().startsWith(`${name.toLowerCase()}: `));
  return line?.slice(name.length + 2).trim();
}

/** The master process: it lists the workers, reaches each of them, and reloads. */
export class Master {
  readonly #socket: RuntimeSocket;

  constructor(path: string) {
    this.#socket = new RuntimeSocket(path);
  }

  /**
   * The processes that run now; undefined if no master answers on the socket.
   *
   * @param timeout milliseconds; a master that is reading a large configuration takes its time
   */
  async processes(timeout = 120_000): Promise<ProcessList | undefined> {
    let answer: string;
    try {
      answer = await this.#socket.ask('show proc', undefined, { timeout });
    } catch (error) {
      if (error instanceof HaproxyError && error.reason === 'notRunning') return undefined;
      throw error;
    }
    return parseProcesses(answer);
  }

  /**
   * Asks one worker, an old one too. An empty answer means that it is gone.
   *
   * A worker that ends just then may leave the question without an answer (seen on 3.0): hence the patience in small
   * portions, with a look at who is still there.
   *
   * @param commands one, or several that are answered one after the other
   * @param patience milliseconds for the first attempt: more for a question whose answer takes HAProxy a while
   */
  async askWorker(pid: number, commands: string | readonly string[], patience = WORKER_TIMEOUT): Promise<string> {
    // Without the prefix, what follows a semicolon is for the master.
    const line = [commands]
      .flat()
      .map(command => `@!${pid} ${command}`)
      .join('; ');
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#socket.ask(line, undefined, { timeout: patience * attempt });
      } catch (error) {
        if (!(error instanceof HaproxyError && error.reason === 'timedOut')) throw error;
        const list = await this.processes();
        if (![list?.worker, ...(list?.oldWorkers ?? [])].some(worker => worker?.pid === pid)) return '';
        if (attempt === WORKER_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * Makes the master execute itself with the configuration file, and waits until it is back: then it has either a new
   * worker, or it has given up and kept the old one.
   *
   * 2.6 breaks off the connection, at some moment before it executes itself; later versions answer on it when the
   * outcome is known. Neither is relied on: the master that comes back counts one reload more.
   *
   * @returns the processes then; undefined if the master is gone or not back in `timeout` milliseconds
   */
  async reload(timeout: number): Promise<ProcessList | undefined> {
    const before = await this.processes();
    if (before === undefined) return undefined;
    try {
      await this.#socket.ask('reload', undefined, { timeout });
    } catch (error) {
      // The connection was cut.
      if (!(error instanceof HaproxyError && error.reason === 'notRunning')) throw error;
    }
    return poll(
      async () => {
        const now = await this.processes(timeout);
        return now && now.reloads > before.reloads ? now : undefined;
      },
      { timeout },
    );
  }
}
