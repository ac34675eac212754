import type { Traffic, VirtualServiceStatistics } from '@certfleet/contract';
import { type Column, type Format, renderTable } from '../output/table.js';
import { place } from './virtual-service-view.js';

/** A virtual service, a part of one, or a server behind either. */
interface Line {
  what: string;
  state: string;
  traffic: Traffic;
  lastCheck?: string | null;
}

const columns: Column<Line>[] = [
  { title: 'Virtual service', value: line => line.what, flexible: 'cut' },
  { title: 'State', value: line => line.state, tone: line => tones[line.state] ?? 'dim' },
  { title: 'Connections', value: line => String(line.traffic.currentSessions), right: true },
  { title: 'Requests/s', value: line => String(line.traffic.requestsPerSecond), right: true },
  { title: 'Requests', value: line => String(line.traffic.requests), right: true },
  { title: '5xx', value: line => String(line.traffic.responses5xx), right: true },
  { title: 'In', value: line => bytes(line.traffic.bytesIn), right: true },
  { title: 'Out', value: line => bytes(line.traffic.bytesOut), right: true },
  { title: 'Last check', value: line => line.lastCheck ?? '', flexible: 'cut' },
];

const tones: Record<string, 'good' | 'bad'> = { up: 'good', redirect: 'good', unchecked: 'good', down: 'bad' };

/** One line each, what belongs to a virtual service below it. */
export function statisticsText(services: readonly VirtualServiceStatistics[], format: Format): string {
  if (services.length === 0) return 'There are no virtual services.\n';
  return renderTable(services.flatMap(lines), columns, format);
}

function lines(service: VirtualServiceStatistics): Line[] {
  const { index, name, address, port, state, traffic, realServers, subVirtualServices } = service;
  return [
    { what: `${index} ${name ?? place(address, port)}`, state, traffic },
    ...serverLines(realServers, '- '),
    ...subVirtualServices.flatMap(sub => [
      { what: `- ${sub.index} ${sub.name ?? 'sub virtual service'}`, state: sub.state, traffic: sub.traffic },
      ...serverLines(sub.realServers, '- - '),
    ]),
  ];
}

function serverLines(servers: VirtualServiceStatistics['realServers'], indent: string): Line[] {
  return servers.map(({ address, port, ...server }) => ({ ...server, what: `${indent}${place(address, port)}` }));
}

function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${power === 0 ? count : (count / 1000 ** power).toFixed(1)} ${units[power]}`;
}
