import type { SubVirtualService, VirtualService } from './model.js';
import type { RealServer } from './model-pool.js';
import { frontendName } from './render.js';
import { poolName, serverName } from './render-pool.js';
import type { StatRow } from './show-stat.js';
import type { Counters, Load, Reading } from './statistics.js';

/** What something has done and is doing. */
export interface Traffic {
  readonly counters: Counters;
  readonly load: Load;
}

export interface RealServerStatus extends Traffic {
  readonly index: number;
  /** `unchecked`: it is used, but nobody looks whether it works. */
  readonly state: 'up' | 'down' | 'disabled' | 'unchecked';
  /** Why, in HAProxy's words (`Connection refused`), when a check said something. */
  readonly lastCheck: string | undefined;
}

export interface PoolStatus extends Traffic {
  /** Of the virtual service or sub virtual service. */
  readonly index: number;
  /** `up` with as many real servers that take new requests as its minimum says; those of weight 0 don't count. */
  readonly state: 'up' | 'down' | 'disabled';
  readonly realServers: readonly RealServerStatus[];
}

export interface VirtualServiceStatus extends Omit<PoolStatus, 'state'> {
  /** `up` if its own real servers or those of a sub virtual service are. */
  readonly state: 'up' | 'down' | 'disabled' | 'redirect';
  readonly subVirtualServices: readonly PoolStatus[];
}

/** What of a pool it takes to tell how it does. */
interface MeasuredPool extends Pick<SubVirtualService, 'index' | 'enabled' | 'minimumServers'> {
  readonly realServers: readonly Pick<RealServer, 'index' | 'weight'>[];
}

/** What of a virtual service it takes to tell how it does. */
export interface Measured extends MeasuredPool, Pick<VirtualService, 'type'> {
  readonly subVirtualServices: readonly MeasuredPool[];
}

/** By which names HAProxy counts what virtual services do, disabled ones included: see {@link StatRow}. */
export function namesOf(services: readonly Measured[]): Set<string> {
  const pools = services.flatMap(service => [service, ...service.subVirtualServices]);
  return new Set([
    ...services.map(({ index }) => frontendName(index)),
    ...pools.map(({ index }) => poolName(index)),
    ...pools.flatMap(pool => pool.realServers.map(server => realServerName(pool, server))),
  ]);
}

type Rows = ReadonlyMap<string, StatRow>;

/**
 * What the workers told means for each virtual service. Pure. A virtual service's traffic is what came in on
 * its address; a sub virtual service's is what it was given of that.
 */
export function statusOf(services: readonly Measured[], reading: Reading): VirtualServiceStatus[] {
  const rows = new Map(reading.rows?.map(row => [row.name, row]));
  return services.map(service => {
    const own = poolStatus(service, rows, reading, service.enabled);
    const subVirtualServices = service.subVirtualServices.map(sub => poolStatus(sub, rows, reading, service.enabled));
    return {
      ...own,
      ...traffic(reading, frontendName(service.index)),
      state: serviceState(service, [own, ...subVirtualServices]),
      subVirtualServices,
    };
  });
}

function serviceState(service: Measured, pools: readonly PoolStatus[]): VirtualServiceStatus['state'] {
  if (!service.enabled) return 'disabled';
  if (service.type === 'redirect') return 'redirect';
  return pools.some(({ state }) => state === 'up') ? 'up' : 'down';
}

function poolStatus(pool: MeasuredPool, rows: Rows, reading: Reading, parentEnabled: boolean): PoolStatus {
  const name = poolName(pool.index);
  const realServers = pool.realServers.map(server => realServerStatus(pool, server, rows, reading));
  const taking = realServers.filter(
    ({ state }, i) => (state === 'up' || state === 'unchecked') && pool.realServers[i]?.weight !== 0,
  );
  const state = pool.enabled && parentEnabled ? (taking.length >= pool.minimumServers ? 'up' : 'down') : 'disabled';
  return { index: pool.index, state, realServers, ...traffic(reading, name) };
}

type Indexed = Pick<RealServer, 'index'>;

function realServerName(pool: Indexed, server: Indexed): string {
  return `${poolName(pool.index)}/${serverName(server.index)}`;
}

function realServerStatus(pool: Indexed, server: Indexed, rows: Rows, reading: Reading): RealServerStatus {
  const name = realServerName(pool, server);
  const row = rows.get(name);
  return {
    index: server.index,
    state: serverState(row),
    lastCheck: row?.lastCheck || undefined,
    ...traffic(reading, name),
  };
}

function traffic({ countersOf, loadOf }: Reading, name: string): Traffic {
  return { counters: countersOf(name), load: loadOf(name) };
}

/** `UP`, `UP 1/3`, `DOWN`, `DOWN 1/2`, `NOLB`, `DRAIN`, `MAINT`, `MAINT (via …)`, `no check`. */
function serverState(row: StatRow | undefined): RealServerStatus['state'] {
  const status = row?.status ?? 'MAINT';
  if (status.startsWith('UP') || status.startsWith('DRAIN')) return 'up';
  if (status.startsWith('MAINT')) return 'disabled';
  return status === 'no check' ? 'unchecked' : 'down';
}
