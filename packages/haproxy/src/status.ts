import type { LoadBalancer, SubVirtualService, VirtualService } from './model.js';
import { poolName, serverName } from './render-pool.js';
import type { StatRow } from './show-stat.js';

export interface RealServerStatus {
  readonly index: number;
  /** `unchecked`: it is used, but nobody looks whether it works. */
  readonly state: 'up' | 'down' | 'disabled' | 'unchecked';
  /** Why, in HAProxy's words (`Connection refused`), when a check said something. */
  readonly lastCheck: string | undefined;
}

export interface PoolStatus {
  /** Of the virtual service or sub virtual service. */
  readonly index: number;
  /** `up` with at least one real server that takes requests. */
  readonly state: 'up' | 'down' | 'disabled';
  readonly realServers: readonly RealServerStatus[];
}

export interface VirtualServiceStatus extends Omit<PoolStatus, 'state'> {
  /** `up` if a real server of its own or of a sub virtual service takes requests. */
  readonly state: 'up' | 'down' | 'disabled' | 'redirect';
  readonly subVirtualServices: readonly PoolStatus[];
}

/** What the answer of `show stat` means for each virtual service of the model. Pure. */
export function statusOf(loadBalancer: LoadBalancer, rows: readonly StatRow[]): VirtualServiceStatus[] {
  const byName = new Map(rows.map(row => [`${row.pxname}/${row.svname}`, row]));
  return loadBalancer.virtualServices.map(service => {
    const own = poolStatus(service, byName, service.enabled);
    const subVirtualServices = service.subVirtualServices.map(sub => poolStatus(sub, byName, service.enabled));
    return { ...own, state: serviceState(service, [own, ...subVirtualServices]), subVirtualServices };
  });
}

function serviceState(service: VirtualService, pools: readonly PoolStatus[]): VirtualServiceStatus['state'] {
  if (!service.enabled) return 'disabled';
  if (service.type === 'redirect') return 'redirect';
  return pools.some(({ state }) => state === 'up') ? 'up' : 'down';
}

function poolStatus(
  pool: VirtualService | SubVirtualService,
  rows: ReadonlyMap<string, StatRow>,
  parentEnabled: boolean,
): PoolStatus {
  const realServers = pool.realServers.map(server => {
    const row = rows.get(`${poolName(pool.index)}/${serverName(server.index)}`);
    return { index: server.index, state: serverState(row), lastCheck: row?.last_chk || undefined };
  });
  const takes = realServers.some(({ state }) => state === 'up' || state === 'unchecked');
  const state = pool.enabled && parentEnabled ? (takes ? 'up' : 'down') : 'disabled';
  return { index: pool.index, state, realServers };
}

/** `UP`, `UP 1/3`, `DOWN`, `DOWN 1/2`, `NOLB`, `DRAIN`, `MAINT`, `MAINT (via …)`, `no check`. */
function serverState(row: StatRow | undefined): RealServerStatus['state'] {
  const status = row?.status ?? 'MAINT';
  if (status.startsWith('UP') || status.startsWith('DRAIN')) return 'up';
  if (status.startsWith('MAINT')) return 'disabled';
  return status === 'no check' ? 'unchecked' : 'down';
}
