import { isIP } from 'node:net';
import type { SubVirtualService, VirtualService } from './model.js';
import type { HealthCheck, Persistence, RealServer, Scheduling } from './model-pool.js';

type Pool = VirtualService | SubVirtualService;

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
  // Only the path: over HTTP/2 the rest would be scheme and host too.
  'url-hash': ['balance uri path-only', 'hash-type consistent'],
  // The first of the list that can take a connection; the list is by weight.
  'fixed-weight': ['balance first'],
};

/** The name of the backend with the real servers of a virtual service or sub virtual service. */
export function poolName(index: number): string {
  return `pool${index}`;
}

/** The name of a real server within its backend. */
export function serverName(index: number): string {
  return `rs${index}`;
}

/**
 * The backend with the real servers of a virtual service or sub virtual service.
 *
 * @param answer the lines for when no real server can take a request
 * @param secure whether clients come over TLS: then a cookie for persistence never leaves it
 */
export function renderPool(pool: Pool, answer: readonly string[], secure: boolean): string[] {
  const weights = serverWeights(pool.realServers, pool.scheduling);
  const servers = pool.realServers.map((server, i) => ({ server, weight: weights[i] ?? 0 }));
  if (pool.scheduling === 'fixed-weight') servers.sort((left, right) => right.server.weight - left.server.weight);
  return [
    `backend ${poolName(pool.index)}`,
    // Real servers going up and down are logged by the backend; requests are not logged.
    '  log global',
    ...BALANCE[pool.scheduling].map(line => `  ${line}`),
    ...persistence(pool.persistence, secure),
    ...healthCheck(pool.healthCheck),
    ...answer,
    // With a minimum of 1 HAProxy answers 503 by itself, and clients that persist on a server of weight 0 keep it.
    // A worker that is being replaced counts no server as up, and still has to answer what it has taken.
    ...(pool.minimumServers > 1
      ? [`  http-request deny deny_status 503 if !{ stopping } { nbsrv lt ${pool.minimumServers} }`]
      : []),
    ...servers.map(({ server, weight }) => realServer(server, weight, pool)),
    '',
  ];
}

/**
 * Pools of one virtual service whose load balancer's cookie has the same name get names of their own, all but the oldest:
 * a client has one cookie of a name, so that each pool would overwrite what the other one has given it.
 */
export function withCookiesApart<P extends Pool>(pools: readonly P[]): P[] {
  const oldest = new Map<string, number>();
  for (const { index, persistence } of pools.toSorted((left, right) => left.index - right.index))
    if (persistence.type === 'cookie' && !oldest.has(persistence.name)) oldest.set(persistence.name, index);
  return pools.map(pool => {
    const { persistence, index } = pool;
    if (persistence.type !== 'cookie' || oldest.get(persistence.name) === index) return pool;
    return { ...pool, persistence: { ...persistence, name: `${persistence.name}-${index}` } };
  });
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

function persistence(kept: Persistence, secure: boolean): string[] {
  switch (kept.type) {
    case 'none':
      return [];
    case 'source':
      return [stickTable('ipv6', kept.timeoutSeconds), '  stick on src'];
    case 'cookie': {
      const idle = kept.timeoutSeconds === null ? '' : ` maxidle ${kept.timeoutSeconds}s`;
      return [`  cookie ${kept.name} insert indirect nocache httponly${secure ? ' secure' : ''}${idle}`];
    }
    case 'server-cookie':
      // Hashed: whole values would be cut off (tokens often begin alike) and could be read from the table.
      return [
        stickTable('binary len 20', kept.timeoutSeconds),
        `  stick on req.cook(${kept.name}),sha1`,
        `  stick store-response res.cook(${kept.name}),sha1`,
      ];
  }
}

function stickTable(key: string, timeoutSeconds: number): string {
  return `  stick-table type ${key} size ${STICK_TABLE_SIZE} expire ${timeoutSeconds}s peers local`;
}

function healthCheck(check: HealthCheck): string[] {
  if (check.type !== 'http' && check.type !== 'https') return [];
  const host = check.host === null ? '' : ` ver HTTP/1.1 hdr Host '${check.host}'`;
  const others = [...new Set(check.statuses)].filter(status => status >= 300).sort((a, b) => a - b);
  const up = others.length === 0 ? ['200-399'] : ['200-299', ...others];
  return [
    '  option httpchk',
    `  http-check send meth ${check.method} uri '${check.path}'${host}`,
    `  http-check expect status ${up.join(',')}`,
  ];
}

function realServer(server: RealServer, weight: number, pool: Pool): string {
  const address = isIP(server.address) === 6 ? `[${server.address}]` : server.address;
  const options = [
    `weight ${weight}`,
    ...(server.connectionLimit > 0 ? [`maxconn ${server.connectionLimit}`] : []),
    ...(pool.persistence.type === 'cookie' ? [`cookie ${serverName(server.index)}`] : []),
    ...checkOptions(pool.healthCheck),
    ...(server.enabled ? [] : ['disabled']),
  ];
  return `  server ${serverName(server.index)} ${address}:${server.port} ${options.join(' ')}`;
}

function checkOptions(check: HealthCheck): string[] {
  if (check.type === 'none') return [];
  const options = ['check', ...(check.port === null ? [] : [`port ${check.port}`])];
  if (check.type !== 'https') return options;
  const name = check.host?.replace(/:\d+$/, '');
  // RFC 6066 §3: SNI has names only, no addresses.
  const sni = name && /^[A-Za-z0-9.-]+$/.test(name) && isIP(name) === 0 ? [`check-sni ${name}`] : [];
  return [...options, 'check-ssl', 'verify none', ...sni];
}
