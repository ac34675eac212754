import { isIP } from 'node:net';
import type { HealthCheck, RealServer, Scheduling, SubVirtualService, VirtualService } from './model.js';

/** HAProxy's largest server weight. */
const MAX_WEIGHT = 256;

/** Clients that a stick table remembers, the least recently seen leaving first; about 150 bytes each when used. */
const STICK_TABLE_SIZE = '200k';

const BALANCE: Record<Scheduling, readonly string[]> = {
  'round-robin': ['balance roundrobin'],
  'weighted-round-robin': ['balance roundrobin'],
  'least-connection': ['balance leastconn'],
  'weighted-least-connection': ['balance leastconn'],
  // Consistent, so that a server that comes or goes moves only its own share of the clients.
  'source-hash': ['balance source', 'hash-type consistent'],
};

/** The name of the backend with the real servers of a virtual service or sub virtual service. */
export function poolName(index: number): string {
  return `pool${index}`;
}

/** The name of a real server within its backend. */
export function serverName(index: number): string {
  return `rs${index}`;
}

/** The backend with the real servers of a virtual service or sub virtual service. */
export function renderPool(pool: VirtualService | SubVirtualService): string[] {
  const weights = serverWeights(pool.realServers, pool.scheduling);
  return [
    `backend ${poolName(pool.index)}`,
    // Real servers going up and down are logged by the backend; requests are not logged.
    '  log global',
    ...BALANCE[pool.scheduling].map(line => `  ${line}`),
    ...persistence(pool),
    ...healthCheck(pool.healthCheck),
    ...pool.realServers.map((server, i) => realServer(server, weights[i] ?? 0, pool.healthCheck)),
    '',
  ];
}

/**
 * Weights as HAProxy takes them: larger ones are scaled to its range, no server falls to 0 by that, and scheduling
 * without weights only keeps who takes new requests and who doesn't.
 */
export function serverWeights(servers: readonly { weight: number }[], scheduling: Scheduling): number[] {
  if (!scheduling.startsWith('weighted-')) return servers.map(({ weight }) => (weight === 0 ? 0 : 1));
  const max = Math.max(MAX_WEIGHT, ...servers.map(({ weight }) => weight));
  return servers.map(({ weight }) => (weight === 0 ? 0 : Math.max(1, Math.round((weight * MAX_WEIGHT) / max))));
}

function persistence({ persistence: kept }: VirtualService | SubVirtualService): string[] {
  switch (kept.type) {
    case 'none':
      return [];
    case 'source':
      return [
        `  stick-table type ipv6 size ${STICK_TABLE_SIZE} expire ${kept.timeoutSeconds}s peers local`,
        '  stick on src',
      ];
  }
}

function healthCheck(check: HealthCheck): string[] {
  if (check.type !== 'http') return [];
  const host = check.host === undefined ? '' : ` ver HTTP/1.1 hdr Host '${check.host}'`;
  return [
    '  option httpchk',
    `  http-check send meth GET uri '${check.path}'${host}`,
    '  http-check expect status 200-399',
  ];
}

function realServer(server: RealServer, weight: number, check: HealthCheck): string {
  const address = isIP(server.address) === 6 ? `[${server.address}]` : server.address;
  const options = [check.type === 'none' ? '' : ' check', server.enabled ? '' : ' disabled'].join('');
  return `  server ${serverName(server.index)} ${address}:${server.port} weight ${weight}${options}`;
}
