import { expect, test } from 'vitest';
import { checkLoadBalancer } from './model.js';
import { parseShowStat } from './show-stat.js';
import type { Counters, Load } from './statistics.js';
import { statusOf } from './status.js';

const HEADER = '# pxname,svname,status,last_chk,';
const server = { address: '10.0.0.1', port: 80 };
const service = { index: 1, type: 'http' as const, address: '192.0.2.1', port: 80 };

const reading = (lines: string[]) => ({
  rows: parseShowStat([HEADER, ...lines].join('\n'), []),
  countersOf: () => ({ sessions: 0 }) as Counters,
  loadOf: () => ({ currentSessions: 0 }) as Load,
});

test.each<[string, string[], object, string]>([
  ['one of two is enough', ['UP', 'DOWN'], {}, 'up'],
  ['not with a minimum of two', ['UP', 'DOWN'], { minimumServers: 2 }, 'down'],
  ['two of two', ['UP 1/3', 'UP'], { minimumServers: 2 }, 'up'],
  ['not checked is up', ['no check', 'no check'], { minimumServers: 2 }, 'up'],
  ['what goes down soon is still up', ['UP 1/3', 'DOWN'], {}, 'up'],
  ['what comes up soon is still down', ['DOWN 1/2', 'MAINT'], {}, 'down'],
  ['a weight of 0 takes nothing new', ['DRAIN', 'DRAIN'], { weights: [0, 0] }, 'down'],
  ['and does not count', ['UP', 'DRAIN'], { weights: [100, 0], minimumServers: 2 }, 'down'],
  ['disabled by itself', ['UP', 'UP'], { enabled: false }, 'disabled'],
])('state: %s', (_, statuses, { weights = [100, 100], ...more }: { weights?: number[] }, expected) => {
  const realServers = weights.map((weight, i) => ({ ...server, index: i + 1, weight }));
  const lines = statuses.map((status, i) => `pool1,rs${i + 1},${status},,`);
  const model = checkLoadBalancer({ virtualServices: [{ ...service, realServers, ...more }] });
  expect(statusOf(model.virtualServices, reading(lines))[0]?.state).toBe(expected);
});

test('each has the counters and the load that HAProxy has under its name', () => {
  const realServers = [{ ...server, index: 7 }];
  const subVirtualServices = [{ index: 3, realServers }];
  const model = checkLoadBalancer({ virtualServices: [{ ...service, realServers, subVirtualServices }] });
  const names = ['vs1', 'pool1', 'pool1/rs7', 'pool3', 'pool3/rs7'];
  const countersOf = (name: string) => ({ sessions: names.indexOf(name) + 1 }) as Counters;
  const loadOf = (name: string) => ({ currentSessions: names.indexOf(name) + 10 }) as Load;
  const [status] = statusOf(model.virtualServices, { rows: [], countersOf, loadOf });
  const sub = status?.subVirtualServices[0];
  const told = [status, status?.realServers[0], sub, sub?.realServers[0]];
  expect(told.map(entry => entry?.counters.sessions)).toEqual([1, 3, 4, 5]);
  expect(told.map(entry => entry?.load.currentSessions)).toEqual([10, 12, 13, 14]);
});

test('a real server that HAProxy does not know yet is not in use', () => {
  const model = checkLoadBalancer({ virtualServices: [{ ...service, realServers: [{ ...server, index: 1 }] }] });
  const [status] = statusOf(model.virtualServices, reading([]));
  expect(status).toMatchObject({ state: 'down', realServers: [{ state: 'disabled' }] });
});

test('10,000 services are read in one pass', () => {
  const columns = Array.from({ length: 95 }, (_, i) => `column${i}`);
  const zeros = columns.map(() => '0').join(',');
  const lines: string[] = [];
  const virtualServices = Array.from({ length: 10_000 }, (_, i) => {
    const index = i + 1;
    for (const name of [`vs${index},FRONTEND`, `pool${index},BACKEND`, `pool${index},rs1`])
      lines.push(`${name},UP,,${zeros},7,`);
    return { ...service, index, port: 1 + (i % 50_000), realServers: [{ ...server, index: 1 }] };
  });
  const model = checkLoadBalancer({ virtualServices });
  const answer = [`${HEADER}${columns},stot,`, ...lines].join('\n');
  const before = performance.now();
  const rows = parseShowStat(answer, ['stot']);
  const statuses = statusOf(model.virtualServices, { ...reading([]), rows });
  // It takes a fraction of a second. What this is to notice is a search through all lines for each service.
  expect(performance.now() - before).toBeLessThan(5000);
  expect(rows).toHaveLength(30_000);
  expect(rows.every(({ numbers }) => numbers[0] === 7)).toBe(true);
  expect(statuses.every(({ state }) => state === 'up')).toBe(true);
});
