import type { LoadBalancer, RealServer, SubVirtualService, VirtualService } from '@certfleet/contract';
import { type Column, type Fact, type Format, renderFacts, renderTable } from '../output/table.js';
import { momentAndDistance } from '../output/time.js';

export const virtualServiceColumns: Column<VirtualService>[] = [
  { title: 'Index', value: service => String(service.index), right: true },
  { title: 'Name', value: service => service.name ?? '–', flexible: 'cut' },
  { title: 'Address', value: service => place(service.address, service.port) },
  { title: 'Type', value: service => service.type },
  { title: 'State', value: state, tone: service => (service.enabled ? 'good' : 'dim') },
  { title: 'Servers', value: service => String(serverCount(service)), right: true },
  { title: 'Certificates', value: service => service.certificates.join(', ') || '–', flexible: 'cut' },
];

export const loadBalancerColumns: Column<LoadBalancer>[] = [
  { title: 'Name', value: balancer => balancer.name },
  { title: 'Default', value: balancer => (balancer.isDefault ? 'yes' : 'no') },
  {
    title: 'Instances',
    value: balancer => balancer.instances.map(one => `${one.name} (${one.status})`).join(', '),
    flexible: 'cut',
  },
];

const realServerColumns: Column<RealServer>[] = [
  { title: 'Real server', value: server => String(server.index), right: true },
  { title: 'Address', value: server => place(server.address, server.port) },
  { title: 'Weight', value: server => String(server.weight), right: true },
  {
    title: 'Limit',
    value: server => (server.connectionLimit === 0 ? '–' : String(server.connectionLimit)),
    right: true,
  },
  { title: 'State', value: state, tone: server => (server.enabled ? 'good' : 'dim') },
];

/** All about a virtual service: itself, its real servers, its sub virtual services. */
export function virtualServiceText(service: VirtualService, format: Format): string {
  return [
    renderFacts(facts(service, format), format),
    realServers(service.realServers, format),
    ...service.subVirtualServices.map(sub => subText(sub, format)),
  ]
    .filter(Boolean)
    .join('\n');
}

function facts(service: VirtualService, format: Format): Fact[] {
  return [
    ['Index', String(service.index)],
    ['Name', service.name],
    ['Load balancer', service.loadBalancer],
    ['Address', place(service.address, service.port)],
    ['Type', service.type],
    ['Redirects to', service.redirectPort === null ? null : `port ${service.redirectPort}`],
    ['HTTP/2', service.http2 === false ? 'not offered' : null],
    ['State', state(service), service.enabled ? 'good' : 'dim'],
    ...poolFacts(service),
    ['Certificates', service.certificates.join(', ')],
    ...service.challenges.map(
      ({ path, identifier, certificate, since }): Fact => [
        'Answers',
        `${path}, for ${identifier} of ${certificate}, since ${momentAndDistance(since, format)}`,
      ],
    ),
    ['Created', momentAndDistance(service.createdAt, format)],
  ];
}

function subText(sub: SubVirtualService, format: Format): string {
  const facts: Fact[] = [
    ['Sub virtual service', String(sub.index)],
    ['Name', sub.name],
    ['Takes', sub.contentRules.join(' or ') || 'what no other one takes'],
    ['State', state(sub), sub.enabled ? 'good' : 'dim'],
    ...poolFacts(sub),
  ];
  return [renderFacts(facts, format), realServers(sub.realServers, format)].filter(Boolean).join('\n');
}

function realServers(servers: RealServer[], format: Format): string {
  return servers.length > 0 ? renderTable(servers, realServerColumns, format) : '';
}

type Pool = Pick<VirtualService, 'scheduling' | 'persistence' | 'healthCheck' | 'minimumServers' | 'unavailable'>;

/** What is as it is without saying is left out, but for the health check. */
function poolFacts(pool: Pool): Fact[] {
  return [
    ['Scheduling', pool.scheduling === 'weighted-round-robin' ? null : pool.scheduling],
    ['Persistence', persistence(pool.persistence)],
    ['Health check', health(pool.healthCheck)],
    ['Minimum', pool.minimumServers === 1 ? null : `${pool.minimumServers} real servers`],
    ['Unavailable', unavailable(pool.unavailable)],
  ];
}

function persistence(kept: VirtualService['persistence']): string | null {
  if (kept.type === 'none') return null;
  const name = 'name' in kept ? ` ${kept.name}` : '';
  return `${kept.type}${name}${kept.timeoutSeconds === null ? '' : ` for ${kept.timeoutSeconds} s`}`;
}

function health(check: VirtualService['healthCheck']): string {
  if (check.type === 'none') return 'none';
  const port = check.port === null ? '' : ` on port ${check.port}`;
  if (check.type === 'tcp') return `tcp${port}`;
  const host = check.host === null ? '' : `, host ${check.host}`;
  const statuses = check.statuses.length === 0 ? '' : `, up with 2xx, ${check.statuses.join(', ')}`;
  return `${check.type}${port}, ${check.method} ${check.path}${host}${statuses}`;
}

function unavailable(answer: VirtualService['unavailable']): string | null {
  if (answer === null) return null;
  const page = answer.page === null ? '' : ', with a page';
  return `${answer.status}${answer.redirectUrl === null ? '' : ` to ${answer.redirectUrl}`}${page}`;
}

function state(thing: { enabled: boolean }): string {
  return thing.enabled ? 'enabled' : 'disabled';
}

function serverCount(service: VirtualService): number {
  return service.subVirtualServices.reduce((sum, sub) => sum + sub.realServers.length, service.realServers.length);
}

/** `address:port`, an IPv6 address in brackets. */
export function place(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
