import { stat } from 'node:fs/promises';
import { systemErrorCode } from './errors.js';
import { readFileIfAny, writeFileAtomic } from './files.js';
import type { Master } from './master.js';
import type { InstancePaths } from './paths.js';
import { parseShowStat, type StatRow } from './show-stat.js';

/** What a service, its pool or a real server has done since HAProxy was first started; survives reloads. */
export interface Counters {
  /** Connections of a virtual service; requests passed on, of a pool or a real server. */
  readonly sessions: number;
  /** HTTP requests received. */
  readonly requests: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly responses1xx: number;
  readonly responses2xx: number;
  readonly responses3xx: number;
  readonly responses4xx: number;
  readonly responses5xx: number;
}

/** What it is doing now, in all workers. */
export interface Load {
  /** Connections of a virtual service; requests being answered, of a pool or a real server. */
  readonly currentSessions: number;
  /** Over the last second. */
  readonly sessionsPerSecond: number;
  /** Over the last second; HAProxy tells it of virtual services alone, for pools and real servers it is 0. */
  readonly requestsPerSecond: number;
}

/** What all workers told at one moment, by HAProxy's names: see {@link StatRow}. */
export interface Reading {
  /** Of the current worker; undefined if there is none. Old ones know nothing of what is up now. */
  readonly rows: readonly StatRow[] | undefined;
  /** Zeros for what no worker has told of: it was made a moment ago, or it is disabled. */
  readonly countersOf: (name: string) => Counters;
  readonly loadOf: (name: string) => Load;
}

const COUNTERS: Record<keyof Counters, string> = {
  sessions: 'stot',
  requests: 'req_tot',
  bytesIn: 'bin',
  bytesOut: 'bout',
  responses1xx: 'hrsp_1xx',
  responses2xx: 'hrsp_2xx',
  responses3xx: 'hrsp_3xx',
  responses4xx: 'hrsp_4xx',
  responses5xx: 'hrsp_5xx',
};
const LOAD: Record<keyof Load, string> = {
  currentSessions: 'scur',
  sessionsPerSecond: 'rate',
  requestsPerSecond: 'req_rate',
};
const COLUMNS = [...Object.values(COUNTERS), ...Object.values(LOAD)];
const COUNTER_COUNT = Object.keys(COUNTERS).length;

/**
 * Up to so many proxies are asked for one by one. For each HAProxy goes through all that it has, so that more of them take
 * it as long as telling everything: 13 ms for two and 0.7 s for 100 of 18,000 proxies, 0.4 s for all (2.6).
 */
const FEW = 32;

/** Milliseconds: `show stat` of 10,000 services takes 0.3 s on an idle machine. */
const PATIENCE = 5000;

/** In the order of {@link COLUMNS}, or of the counters alone. There are tens of thousands of them. */
type Numbers = readonly number[];
type NumbersByName = Readonly<Record<string, Numbers>>;

/** What workers answered. */
interface Answers {
  /** The worker that takes connections; undefined if there is none. */
  readonly current: number | undefined;
  readonly byPid: ReadonlyMap<number, string>;
}

/** What is kept on disk: counters. */
interface StoredCounters {
  /** Of workers that are gone. */
  readonly past: NumbersByName;
  /** Last seen of each worker, by pid. */
  readonly workers: Readonly<Record<string, NumbersByName>>;
}

/**
 * Counters over reloads. HAProxy (before 3.0) starts from zero with each new worker while old ones go on counting, so
 * all of them are asked, each once, through the master, and what a worker had when it was last seen is kept.
 *
 * What is lost: what an old worker counted between the last look at it and its end.
 */
export class Statistics {
  readonly #paths: InstancePaths;
  readonly #master: Master;
  #asked: Promise<Answers> | undefined;
  #kept: { version: string; stored: StoredCounters } | undefined;

  constructor(paths: InstancePaths, master: Master) {
    this.#paths = paths;
    this.#master = master;
  }

  /**
   * Counters, load and states now, of what has these names (see {@link StatRow}). Few are asked for by name; many with one
   * `show stat` for each worker, which is shared by all who ask at the same time. Changes nothing.
   */
  async read(names: ReadonlySet<string>): Promise<Reading> {
    const proxies = [...names].filter(name => !name.includes('/'));
    const isFew = proxies.length > 0 && proxies.length <= FEW;
    const { current, byPid } = await (isFew ? this.#ask(proxies) : this.#askOnce());
    const rows = rowsOf(byPid, new Set(proxies));
    const total = await this.#past(rows, names);
    for (const row of [...rows.values()].flat()) add(total, row.name, row.numbers);
    return {
      rows: current === undefined ? undefined : rows.get(current),
      countersOf: name => named(COUNTERS, total.get(name), 0),
      loadOf: name => named(LOAD, total.get(name), COUNTER_COUNT),
    };
  }

  /**
   * Stores what all workers have counted so far; before a reload, and while old workers end. The caller holds the lock.
   *
   * @returns whether old workers are still there, so that it is worth coming again
   */
  async record(): Promise<boolean> {
    const rows = rowsOf((await this.#ask()).byPid);
    const stored: StoredCounters = {
      past: Object.fromEntries(await this.#past(rows)),
      workers: Object.fromEntries([...rows].map(([pid, told]) => [pid, countersOf(told)])),
    };
    await writeFileAtomic(this.#paths.statistics, JSON.stringify(stored));
    return rows.size > 1;
  }

  /**
   * Forgets what was stored of everything that has none of these names (see {@link StatRow}). Old workers tell of what
   * they still serve, so that may come back, until the next time. The caller holds the lock.
   */
  async forgetOthers(names: ReadonlySet<string>): Promise<void> {
    const { past, workers } = await this.#stored();
    const known = (counters: NumbersByName) =>
      Object.fromEntries(Object.entries(counters).filter(([name]) => names.has(name)));
    const kept: StoredCounters = {
      past: known(past),
      workers: Object.fromEntries(Object.entries(workers).map(([pid, counters]) => [pid, known(counters)])),
    };
    await writeFileAtomic(this.#paths.statistics, JSON.stringify(kept));
  }

  /** What each worker tells of everything, asked now or a moment ago. */
  #askOnce(): Promise<Answers> {
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** @param proxies left out: everything */
  async #ask(proxies?: readonly string[]): Promise<Answers> {
    const list = await this.#master.processes();
    const commands = proxies?.map(proxy => `show stat ${proxy} 7 -1`) ?? ['show stat'];
    const byPid = new Map<number, string>();
    for (const { pid } of list ? [...(list.worker ? [list.worker] : []), ...list.oldWorkers] : []) {
      const answer = await this.#master.askWorker(pid, commands, PATIENCE);
      // A worker that ended between two questions answers nothing, or not all.
      if (tablesIn(answer).length === commands.length) byPid.set(pid, answer);
    }
    return { current: list?.worker?.pid, byPid };
  }

  /** What workers counted that are gone: those that were stored and don't tell anything now. Of these names, or of all. */
  async #past(told: ReadonlyMap<number, unknown>, names?: ReadonlySet<string>): Promise<Map<string, Numbers>> {
    const { past, workers } = await this.#stored();
    const gone = Object.entries(workers).filter(([pid]) => !told.has(Number(pid)));
    const total = new Map<string, Numbers>();
    for (const counters of [past, ...gone.map(([, counted]) => counted)])
      for (const name of names ?? Object.keys(counters)) {
        const numbers = counters[name];
        if (numbers) add(total, name, numbers);
      }
    return total;
  }

  /** Of 10,000 services it is megabytes, and changes with reloads only: it is read again once it is another file. */
  async #stored(): Promise<StoredCounters> {
    const path = this.#paths.statistics;
    const version = await versionOf(path);
    if (version !== this.#kept?.version) {
      const stored = JSON.parse((await readFileIfAny(path)) ?? '{"past":{},"workers":{}}');
      this.#kept = { version, stored };
    }
    return this.#kept.stored;
  }
}

/** The answers to the commands that were sent together, in their order; empty if it is not a worker that answered. */
function tablesIn(answer: string): string[] {
  return /^(# |No such proxy)/.test(answer) ? answer.split(/\n\n(?=# |No such proxy)/) : [];
}

function rowsOf(answers: ReadonlyMap<number, string>, proxies?: ReadonlySet<string>): Map<number, StatRow[]> {
  // A proxy that is disabled, or was made a moment ago, is none of HAProxy's.
  const read = (answer: string) => tablesIn(answer).filter(table => table.startsWith('# '));
  return new Map(
    [...answers].map(([pid, answer]) => [pid, read(answer).flatMap(table => parseShowStat(table, COLUMNS, proxies))]),
  );
}

async function versionOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'none';
    throw error;
  }
}

function countersOf(rows: readonly StatRow[]): NumbersByName {
  return Object.fromEntries(rows.map(({ name, numbers }) => [name, numbers.slice(0, COUNTER_COUNT)]));
}

function add(total: Map<string, Numbers>, name: string, numbers: Numbers): void {
  const other = total.get(name);
  total.set(name, other === undefined ? numbers : numbers.map((number, i) => number + (other[i] ?? 0)));
}

/** The numbers from `first` on, by the keys of `columns`. */
function named<K extends string>(columns: Readonly<Record<K, unknown>>, numbers: Numbers | undefined, first: number) {
  const result: Partial<Record<K, number>> = {};
  let i = first;
  for (const key in columns) {
    result[key] = numbers?.[i] ?? 0;
    i += 1;
  }
  return result as Record<K, number>;
}
