import type { VirtualService, VirtualServiceStatistics } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { graphOf } from './graph.js';
import { box, cut, layoutOf } from './layout.js';

const server = (index: number, fields = {}) => ({
  ...{ index, address: '10.0.0.5', port: 8000 + index, weight: 100, enabled: true, connectionLimit: 0 },
  ...fields,
});
const sub = (index: number, servers: number[], fields = {}) => ({
  ...{ index, name: null, contentRules: [], realServers: servers.map(one => server(one)) },
  ...fields,
});
const bare = {
  ...{ index: 2, name: 'shop', address: '192.0.2.10', port: 443, type: 'https', redirectPort: null },
  ...{ realServers: [], subVirtualServices: [], challenges: [], certificates: [] },
};
const service = (fields: object) => ({ ...bare, ...fields }) as unknown as VirtualService;
const up = { state: 'up', realServers: [], subVirtualServices: [] } as unknown as VirtualServiceStatistics;
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ name: `n${index}.example.com`, certificate: 'shop', standing: 'good' as const },
  }));
/** `id: column, row` */
const standing = (graph: ReturnType<typeof graphOf>) =>
  Object.fromEntries(
    layoutOf(graph).nodes.map(({ of, x, y }) => [of.id, [x / (box.width + 60), y / (box.height + 12)]]),
  );

test('nothing is well that is not: an expired certificate, a server that nobody looks at', () => {
  const statistics = { ...up, realServers: [{ index: 1, state: 'unchecked' }] } as unknown as VirtualServiceStatistics;
  const expired = [{ name: 'www.example.com', certificate: 'www', standing: 'bad' as const }];
  const { nodes, edges } = graphOf(service({ realServers: [server(1)] }), statistics, expired);
  const standings = Object.fromEntries(nodes.map(({ id, standing }) => [id, standing]));
  expect(standings).toEqual({ 'name-0': 'bad', service: 'good', 'server-2-1': 'off' });
  expect(edges).toContainEqual({ from: 'service', to: 'server-2-1', idle: false });
});

describe('where things stand', () => {
  test('one name, one service, one server: in one row, without a column for parts', () => {
    const graph = graphOf(service({ realServers: [server(1)] }), up, names(1));
    expect(standing(graph)).toEqual({ 'name-0': [0, 0], service: [1, 0], 'server-2-1': [2, 0] });
    expect(layoutOf(graph)).toMatchObject({ width: 3 * 220 + 2 * 60, height: 42 });
  });

  test('parents stand in the middle of what they lead to', () => {
    const graph = graphOf(service({ subVirtualServices: [sub(3, [1, 2]), sub(4, [1])] }), up, names(1));
    expect(standing(graph)).toEqual({
      ...{ 'name-0': [0, 1.25], service: [1, 1.25] },
      ...{ 'sub-3': [2, 0.5], 'server-3-1': [3, 0], 'server-3-2': [3, 1] },
      ...{ 'sub-4': [2, 2], 'server-4-1': [3, 2] },
    });
  });

  test('more names than servers: nothing stands above the picture', () => {
    const graph = graphOf(service({ realServers: [server(1)] }), up, names(5));
    expect(standing(graph)).toMatchObject({
      'name-0': [0, 0],
      'name-4': [0, 4],
      service: [1, 2],
      'server-2-1': [2, 2],
    });
    expect(layoutOf(graph).height).toBe(4 * 54 + 42);
  });

  test('an empty part keeps a row of its own', () => {
    const graph = graphOf(service({ subVirtualServices: [sub(3, []), sub(4, [1])] }), up, []);
    expect(standing(graph)).toMatchObject({ 'sub-3': [2, 0], 'sub-4': [2, 1], 'server-4-1': [3, 1] });
  });

  test('lines lead from the right of one to the left of the other', () => {
    const { edges } = layoutOf(graphOf(service({ realServers: [server(1)] }), up, names(1)));
    expect(edges.map(({ path }) => path)).toEqual(['M220 21C250 21 250 21 280 21', 'M500 21C530 21 530 21 560 21']);
  });
});

describe('what stands there', () => {
  const nodesOf = (...of: Parameters<typeof graphOf>) => graphOf(...of).nodes;

  test('a redirect leads to the port of HTTPS', () => {
    const nodes = nodesOf(service({ type: 'redirect', redirectPort: 8443 }), up, []);
    expect(nodes.map(({ title }) => title)).toEqual(['Any name', 'shop', 'HTTPS on port 8443']);
  });

  test('an HTTPS service without a certificate asks for attention', () => {
    expect(nodesOf(service({}), up, [])[0]).toMatchObject({
      standing: 'attention',
      detail: 'no certificate is assigned',
    });
  });

  test('a challenge is a part that leads to its certificate', () => {
    const challenges = [{ index: 1_000_000_007, identifier: 'www.example.com', certificate: 'www' }];
    expect(nodesOf(service({ challenges }), up, [])[2]).toMatchObject({
      ...{ id: 'sub-1000000007', column: 2, title: 'www.example.com', standing: 'busy', lead: { certificate: 'www' } },
    });
  });

  test.each([
    ['up', {}, 'good', 'up, weight 100', false],
    ['up', { weight: 0 }, 'attention', 'draining, weight 0', false],
    ['down', {}, 'bad', 'down, weight 100', true],
    ['disabled', { enabled: false }, 'off', 'disabled, weight 100', true],
  ])('a real server that is %s, %o', (state, fields, expected, detail, idle) => {
    const statistics = { ...up, realServers: [{ index: 1, state }] } as unknown as VirtualServiceStatistics;
    const graph = graphOf(service({ realServers: [server(1, fields)] }), statistics, []);
    expect(graph.nodes.at(-1)).toMatchObject({ standing: expected, detail });
    expect(graph.edges.at(-1)).toEqual({ from: 'service', to: 'server-2-1', idle });
  });

  test('of many names and servers the first ones, and how many more there are', () => {
    const realServers = Array.from({ length: 30 }, (_, index) => server(index + 1));
    const { nodes, edges } = graphOf(service({ realServers }), up, names(100));
    expect(nodes).toHaveLength(25);
    expect(nodes.map(({ title }) => title)).toEqual(expect.arrayContaining(['and 89 more names', 'and 19 more']));
    expect(edges).toHaveLength(24);
  });

  test('what is too long is cut', () => {
    expect(cut('a'.repeat(29))).toBe('a'.repeat(29));
    expect(cut('a'.repeat(253))).toBe(`${'a'.repeat(28)}…`);
  });
});
