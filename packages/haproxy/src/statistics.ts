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

/** Counters by HAProxy's names: `vs3` a virtual service, `pool3` its pool (or a SubVS's), `pool3/rs1` a real server. */
export type CountersByName = Readonly<Record<string, Counters>>;

const COLUMN: Record<keyof Counters, string> = {
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
const NAMES = Object.keys(COLUMN) as (keyof Counters)[];

const NO_COUNTERS = Object.fromEntries(NAMES.map(name => [name, 0])) as unknown as Counters;

/** What is kept on disk. */
interface StoredCounters {
  /** Of workers that are gone. */
  readonly past: CountersByName;
  /** Last seen of each worker, by pid. */
  readonly workers: Readonly<Record<string, CountersByName>>;
}

/**
 * Counters over reloads. HAProxy (before 3.0) starts from zero with each new worker while old ones go on counting, so
 * all of them are asked, through the master, and what a worker had when it was last seen is kept.
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

  /** The counters now. Changes nothing. */
  async read(): Promise<CountersByName> {
    const { past, workers } = await this.#look();
    return [...Object.values(workers)].reduce(add, past);
  }

  /**
   * Stores what all workers have counted so far; before a reload, and while old workers end. The caller holds the lock.
   *
   * @returns whether old workers are still there, so that it is worth coming again
   */
  async record(): Promise<boolean> {
    const seen = await this.#look();
    await writeFileAtomic(this.#paths.statistics, JSON.stringify(seen));
    return Object.keys(seen.workers).length > 1;
  }

  async #look(): Promise<StoredCounters> {
    const stored: StoredCounters = JSON.parse(
      (await readFileIfAny(this.#paths.statistics)) ?? '{"past":{},"workers":{}}',
    );
    const list = await this.#master.processes();
    const pids = list ? [...(list.worker ? [list.worker] : []), ...list.oldWorkers].map(({ pid }) => pid) : [];
    const alive: Record<string, CountersByName> = {};
    for (const pid of pids) {
      const answer = await this.#master.askWorker(pid, 'show stat');
      // A worker that ended between the two questions answers nothing.
      if (answer.startsWith('#')) alive[pid] = countersOf(parseShowStat(answer));
    }
    const ended = Object.entries(stored.workers).filter(([pid]) => alive[pid] === undefined);
    return {
      past: ended.map(([, counters]) => counters).reduce(add, stored.past),
      workers: alive,
    };
  }
}

function countersOf(rows: readonly StatRow[]): CountersByName {
  const result: Record<string, Counters> = {};
  for (const row of rows) {
    const proxy = row.pxname ?? '';
    if (!/^(vs|pool)\d+$/.test(proxy)) continue;
    const name = row.svname === 'FRONTEND' || row.svname === 'BACKEND' ? proxy : `${proxy}/${row.svname}`;
    result[name] = Object.fromEntries(NAMES.map(key => [key, Number(row[COLUMN[key]] || 0)])) as unknown as Counters;
  }
  return result;
}

function add(left: CountersByName, right: CountersByName): CountersByName {
  const sum: Record<string, Counters> = { ...left };
  for (const [name, counters] of Object.entries(right)) {
    const other = sum[name] ?? NO_COUNTERS;
    sum[name] = Object.fromEntries(NAMES.map(key => [key, counters[key] + other[key]])) as unknown as Counters;
  }
  return sum;
}
