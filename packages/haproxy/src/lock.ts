import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HaproxyError, systemErrorCode } from './errors.js';

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_AGAIN = 5;

/**
 * One holder at a time, within this process and across processes, in a folder that they share.
 *
 * Files `lock.1`, `lock.2` … each name a holder; the highest number counts, and it is free if empty or if its holder is
 * dead. Taking the lock is making the next number by link(2), which only one can do and which shows the file with its
 * content at once. The highest file is never removed, so there is no moment at which two processes find "no lock" or
 * clear away a dead holder's file and each other's with it: the weakness of a single O_EXCL file with a pid. (flock(2)
 * would do, but Node has no call for it; an abstract socket would do, but any local user could squat on its name.)
 *
 * A holder is known by pid and start time, so that a reused pid doesn't keep the lock for ever. One in another pid
 * namespace can't be judged and counts as alive.
 *
 * The files are a few bytes that nobody syncs: each call takes microseconds, less than handing it to another thread and
 * waiting for the turn in which it is done, and there are a dozen for each time the lock is taken.
 */
export class FolderLock {
  readonly #folder: string;
  /** Milliseconds to wait for another process before giving up. */
  readonly #patience: number;
  /** What a lock file says of this process. */
  readonly #self = JSON.stringify(describeProcess(process.pid));
  #last: Promise<unknown> = Promise.resolve();

  constructor(folder: string, patience = 300_000) {
    this.#folder = folder;
    this.#patience = patience;
  }

  /**
   * Runs `work` alone. Those of this process wait in line.
   *
   * @throws {HaproxyError} `busy` if another process doesn't let go in time
   */
  hold<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      const mine = await this.#take();
      try {
        return await work();
      } finally {
        truncateSync(mine);
      }
    });
    // The next one's turn comes however this one ends; its outcome is the caller's.
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #take(): Promise<string> {
    const proposal = join(this.#folder, `lock-${randomUUID()}.tmp`);
    try {
      writeFileSync(proposal, this.#self, { mode: 0o600 });
      const deadline = Date.now() + this.#patience;
      for (;;) {
        const highest = Math.max(0, ...this.#numbers());
        const holder = livingHolder(this.#path(highest));
        if (holder === undefined) {
          const mine = highest + 1;
          if (linked(proposal, this.#path(mine))) {
            const numbers = this.#numbers();
            if (Math.max(...numbers) === mine) {
              for (const old of numbers) if (old < mine) rmSync(this.#path(old), { force: true });
              return this.#path(mine);
            }
            // Our view was so old that the number had been used and cleared away: it was never ours.
            rmSync(this.#path(mine), { force: true });
          }
        } else if (Date.now() > deadline) {
          throw new HaproxyError(
            'busy',
            `Process ${holder} has held the lock on HAProxy's files in ${this.#folder} for more than ${this.#patience} ms. Stop it, or wait for it, and try again.`,
          );
        } else await delay(LOOK_AGAIN);
      }
    } finally {
      rmSync(proposal, { force: true });
    }
  }

  #path(number: number): string {
    return join(this.#folder, `lock.${number}`);
  }

  #numbers(): number[] {
    const names = readdirSync(this.#folder);
    return names.flatMap(name => /^lock\.(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  }
}

interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the boot, from /proc. */
  readonly startTime: string | undefined;
  readonly namespace: string;
}

function describeProcess(pid: number): ProcessIdentity {
  return { pid, startTime: startTime(pid), namespace: readlinkSync('/proc/self/ns/pid') };
}

/** The pid in a lock file if that process may still be alive. */
function livingHolder(path: string): number | undefined {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (content === '') return undefined;
  const holder: ProcessIdentity = JSON.parse(content);
  const elsewhere = holder.namespace !== readlinkSync('/proc/self/ns/pid');
  return elsewhere || holder.startTime === startTime(holder.pid) ? holder.pid : undefined;
}

function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22 (proc(5)); the second one, the command's name in brackets, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
