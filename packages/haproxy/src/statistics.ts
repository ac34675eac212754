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

/** Milliseconds: `show stat` of 10,000 services takes 0.3 s on an idle machine. */
const PATIENCE = 5000;

/** In the order of {@link COLUMNS}, or of the counters alone. There are tens of thousands of them. */
type Numbers = readonly number[];
type NumbersByName = Readonly<Record<string, Numbers>>;

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

  constructor(paths: InstancePaths, master: Master) {
    this.#paths = paths;
    this.#master = master;
  }

  /** Counters, load and states now: one `show stat` for each worker, whatever it serves. Changes nothing. */
  async read(): Promise<Reading> {
    const { current, rows } = await this.#ask();
    const total = await this.#past(rows);
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
    const { rows } = await this.#ask();
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

  /** What each worker tells, by pid. */
  async #ask(): Promise<{ current: number | undefined; rows: Map<number, StatRow[]> }> {
    const list = await this.#master.processes();
    const rows = new Map<number, StatRow[]>();
    for (const { pid } of list ? [...(list.worker ? [list.worker] : []), ...list.oldWorkers] : []) {
      const answer = await this.#master.askWorker(pid, 'show stat', PATIENCE);
      // A worker that ended between the two questions answers nothing.
      if (answer.startsWith('#')) rows.set(pid, parseShowStat(answer, COLUMNS));
    }
    return { current: list?.worker?.pid, rows };
  }

  /** What workers counted that are gone: those that were stored and don't tell anything now. */
  async #past(told: ReadonlyMap<number, unknown>): Promise<Map<string, Numbers>> {
    const { past, workers } = await this.#stored();
    const total = new Map(Object.entries(past));
    for (const [pid, counters] of Object.entries(workers))
      if (!told.has(Number(pid))) for (const name in counters) add(total, name, counters[name] ?? []);
    return total;
  }

  async #stored(): Promise<StoredCounters> {
    return JSON.parse((await readFileIfAny(this.#paths.statistics)) ?? '{"past":{},"workers":{}}');
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
