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

/** By HAProxy's names: `vs3` a virtual service, `pool3` its pool (or a sub virtual service's), `pool3/rs1` a real server. */
type ByName<T> = Readonly<Record<string, T>>;

/** What all workers told at one moment. */
export interface Reading {
  /** Of the current worker; undefined if there is none. Old ones know nothing of what is up now. */
  readonly rows: readonly StatRow[] | undefined;
  readonly counters: ByName<Counters>;
  readonly load: ByName<Load>;
}

const COUNTERS: Record<keyof Counters, keyof StatRow> = {
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
const LOAD: Record<keyof Load, keyof StatRow> = {
  currentSessions: 'scur',
  sessionsPerSecond: 'rate',
  requestsPerSecond: 'req_rate',
};

/** What something has that no worker has told of: it was made a moment ago, or it is disabled. */
export const NO_COUNTERS: Counters = numbers(COUNTERS, () => 0);
export const NO_LOAD: Load = numbers(LOAD, () => 0);

/** What is kept on disk. */
interface StoredCounters {
  /** Of workers that are gone. */
  readonly past: ByName<Counters>;
  /** Last seen of each worker, by pid. */
  readonly workers: ByName<ByName<Counters>>;
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
    const { past, workers } = await this.#combine(rows);
    const load = [...rows.values()].map(told => byName(LOAD, told));
    return {
      rows: current === undefined ? undefined : rows.get(current),
      counters: sum([past, ...Object.values(workers)]),
      load: sum(load),
    };
  }

  /**
   * Stores what all workers have counted so far; before a reload, and while old workers end. The caller holds the lock.
   *
   * @returns whether old workers are still there, so that it is worth coming again
   */
  async record(): Promise<boolean> {
    const seen = await this.#combine((await this.#ask()).rows);
    await writeFileAtomic(this.#paths.statistics, JSON.stringify(seen));
    return Object.keys(seen.workers).length > 1;
  }

  /** What each worker tells, by pid. */
  async #ask(): Promise<{ current: number | undefined; rows: Map<number, StatRow[]> }> {
    const list = await this.#master.processes();
    const rows = new Map<number, StatRow[]>();
    for (const { pid } of list ? [...(list.worker ? [list.worker] : []), ...list.oldWorkers] : []) {
      const answer = await this.#master.askWorker(pid, 'show stat');
      // A worker that ended between the two questions answers nothing.
      if (answer.startsWith('#')) rows.set(pid, parseShowStat(answer).filter(isOurs));
    }
    return { current: list?.worker?.pid, rows };
  }

  async #combine(told: ReadonlyMap<number, readonly StatRow[]>): Promise<StoredCounters> {
    const stored: StoredCounters = JSON.parse(
      (await readFileIfAny(this.#paths.statistics)) ?? '{"past":{},"workers":{}}',
    );
    const ended = Object.entries(stored.workers).filter(([pid]) => !told.has(Number(pid)));
    return {
      past: sum([stored.past, ...ended.map(([, counters]) => counters)]),
      workers: Object.fromEntries([...told].map(([pid, rows]) => [pid, byName(COUNTERS, rows)])),
    };
  }
}

function isOurs({ pxname }: StatRow): boolean {
  return /^(vs|pool)\d+$/.test(pxname);
}

function byName<K extends string>(
  columns: Record<K, keyof StatRow>,
  rows: readonly StatRow[],
): ByName<Record<K, number>> {
  const result: Record<string, Record<K, number>> = {};
  for (const row of rows) {
    const whole = row.svname === 'FRONTEND' || row.svname === 'BACKEND';
    result[whole ? row.pxname : `${row.pxname}/${row.svname}`] = numbers(columns, key => Number(row[columns[key]]));
  }
  return result;
}

function sum<K extends string>(parts: readonly ByName<Readonly<Record<K, number>>>[]): ByName<Record<K, number>> {
  const total: Record<string, Record<K, number>> = {};
  for (const part of parts)
    for (const [name, values] of Object.entries(part)) {
      const other = total[name];
      total[name] = other === undefined ? values : numbers(values, key => values[key] + other[key]);
    }
  return total;
}

/** A number for each key of `like`. */
function numbers<K extends string>(like: Readonly<Record<K, unknown>>, of: (key: K) => number): Record<K, number> {
  return Object.fromEntries((Object.keys(like) as K[]).map(key => [key, of(key)])) as Record<K, number>;
}
