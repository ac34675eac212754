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
    ['State', state(service), service.enabled ? 'good' : 'dim'],
    ['Health check', health(service.healthCheck)],
    ['Certificates', service.certificates.join(', ')],
    ['Created', momentAndDistance(service.createdAt, format)],
  ];
}

function subText(sub: SubVirtualService, format: Format): string {
  const facts: Fact[] = [
    ['Sub virtual service', String(sub.index)],
    ['Name', sub.name],
    ['Takes', rule(sub.contentRule)],
    ['State', state(sub), sub.enabled ? 'good' : 'dim'],
    ['Health check', health(sub.healthCheck)],
  ];
  return [renderFacts(facts, format), realServers(sub.realServers, format)].filter(Boolean).join('\n');
}

function realServers(servers: RealServer[], format: Format): string {
  return servers.length > 0 ? renderTable(servers, realServerColumns, format) : '';
}

function rule(rule: SubVirtualService['contentRule']): string {
  if (!rule) return 'what no other one takes';
  return `${rule.negate ? 'not ' : ''}${rule.match} ${rule.pattern}${rule.ignoreCase ? ' in any case' : ''}`;
}

function health(check: VirtualService['healthCheck']): string {
  return check.type === 'http' ? `http ${check.path}` : check.type;
}

function state(thing: { enabled: boolean }): string {
  return thing.enabled ? 'enabled' : 'disabled';
}

function serverCount(service: VirtualService): number {
  return service.subVirtualServices.reduce((sum, sub) => sum + sub.realServers.length, service.realServers.length);
}

/** `address:port`, an IPv6 address in brackets. */
function place(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
