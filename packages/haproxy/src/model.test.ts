import { describe, expect, test } from 'vitest';
import { checkLoadBalancer, type LoadBalancerInput, listenerAddress } from './model.js';
import { instancePaths } from './paths.js';
import { renderConfiguration } from './render.js';

const server = { index: 1, address: '10.0.0.1', port: 8080 };
const service = { index: 1, type: 'http' as const, address: '192.0.2.1', port: 80 };
const rule = { name: 'x', field: 'url' as const, match: 'prefix' as const, pattern: '/x' };

/** A load balancer with one hostile value; `as never`, since the types refuse most of them already. */
const hostile: Record<string, unknown[]> = {
  address: [
    '',
    'www.example.com',
    '10.0.0.1 ssl',
    '10.0.0.1\n  bind :1',
    '1.2.3',
    '::1%lo',
    '[::1]',
    '/tmp/sock',
    'abns@x',
    '*',
  ],
  port: [0, 65536, 1.5, '80', '80 ssl', Number.NaN],
  index: [0, -1, 1.5, '1', '1\n', Number.POSITIVE_INFINITY],
  type: ['tcp', 'http\n'],
  redirectPort: [0, '443/'],
  http2: ['h2', 1, null],
  scheduling: ['roundrobin', 'source\n  server x'],
  persistence: [
    { type: 'lua' },
    { type: 'cookie' },
    { type: 'cookie', name: 'a insert' },
    { type: 'cookie', name: 'a\n' },
    { type: 'cookie', name: '' },
    { type: 'cookie', name: 'a', timeoutSeconds: 0 },
    { type: 'server-cookie', name: 'a),sha2(' },
    { type: 'source', timeoutSeconds: '60s peers x' },
  ],
  minimumServers: [0, '1 }', 1.5],
  unavailable: [
    { status: 199 },
    { status: 600 },
    { status: '503 page' },
    { page: 'a\0b' },
    { page: 'a\u001b[31m' },
    { page: 'ä'.repeat(10_001) },
    { status: 204, page: 'x' },
    { status: 404, redirectUrl: 'https://www.example.com/' },
    { status: 302, redirectUrl: 'javascript:alert(1)' },
    { status: 302, redirectUrl: "/' hdr x 'y" },
    { status: 302, redirectUrl: '/\r\nset-cookie: a=b' },
    { status: 302, redirectUrl: '/\n' },
  ],
  realServers: [
    [{ ...server, connectionLimit: -1 }],
    [{ ...server, connectionLimit: '1 disabled' }],
    [{ ...server, weight: 65_536 }],
    [{ ...server, address: 'localhost' }],
    ...['0.0.0.0', '0.1.2.3', '224.0.0.1', '239.1.1.1', '255.255.255.255', '::', '0:0::0', 'FF02::1'].map(address => [
      { ...server, address },
    ]),
  ],
  healthCheck: [
    { type: 'http', path: 'no-slash' },
    { type: 'http', path: "/'" },
    { type: 'http', path: '/a b' },
    { type: 'http', path: '/\r\nX: y' },
    { type: 'http', path: '/', host: "x' hdr A 'b" },
    { type: 'http', path: '/', host: 'a\nb' },
    { type: 'http', statuses: [600] },
    { type: 'http', statuses: ['401,500'] },
    { type: 'http', method: 'GET /' },
    { type: 'https', port: 0 },
    { type: 'tcp', port: '80 check-send-proxy' },
    { type: 'lua' },
  ],
  surplus: ['a field that nobody knows'],
};

describe.each(Object.entries(hostile))('%s of a virtual service', (field, values) => {
  test.each(values.map(value => [value]))('%j is refused by name', value => {
    const input = { virtualServices: [{ ...service, [field]: value }] } as never;
    expect(() => checkLoadBalancer(input)).toThrow(
      expect.objectContaining({ reason: 'invalidModel', message: expect.stringContaining('virtualServices.0') }),
    );
  });
});

test.each<[string, object]>([
  ['a line', { ...rule, pattern: '/a\n  use_backend x' }],
  ['a carriage return', { ...rule, pattern: '/a\r' }],
  ['a quote', { ...rule, pattern: "/a' or '" }],
  ['a zero byte', { ...rule, pattern: '/a\0' }],
  ['a letter beyond ASCII', { ...rule, pattern: '/ä' }],
  ['nothing', { ...rule, pattern: '' }],
  ['1,001 letters', { ...rule, pattern: 'a'.repeat(1001) }],
  ['a match that nobody knows', { ...rule, match: 'lua' }],
  ['a field that nobody knows', { ...rule, field: 'src' }],
  ['a name that ends a condition', { ...rule, name: 'a || TRUE' }],
  ['a name with a line', { ...rule, name: 'a\n' }],
  ['the reserved name', { ...rule, name: 'default' }],
  ['no header', { ...rule, field: 'header' }],
  ['a header that ends the call', { ...rule, field: 'header', header: 'a),lower,b(' }],
  ['a header with a line', { ...rule, field: 'header', header: 'a\n' }],
  ['a header that is not looked at', { ...rule, header: 'accept' }],
  ['a host with the host', { ...rule, field: 'host', includeHost: true }],
  ['a host with the query', { ...rule, field: 'host', includeQuery: true }],
])('%s in a content rule is refused', (_, contentRule) => {
  const input = { contentRules: [contentRule] } as never;
  expect(() => checkLoadBalancer(input)).toThrow(
    expect.objectContaining({ reason: 'invalidModel', message: expect.stringContaining('contentRules.0') }),
  );
});

test.each<[string, NonNullable<LoadBalancerInput['virtualServices']>, string]>([
  ['an index twice', [service, { ...service, port: 81 }], 'virtualServices.1.index'],
  [
    'an index of a service and a sub virtual service',
    [{ ...service, subVirtualServices: [{ index: 1 }] }],
    'virtualServices.0.subVirtualServices.0.index',
  ],
  ['a real server index twice', [{ ...service, realServers: [server, server] }], 'virtualServices.0.realServers'],
  ['one address for two', [service, { ...service, index: 2 }], 'virtual service 1 already listens on 192.0.2.1:80'],
  [
    'one address, spelled in two ways',
    [
      { ...service, address: '2001:db8::1' },
      { ...service, index: 2, address: '2001:DB8:0::0:1' },
    ],
    'already listens on [2001:db8::1]:80',
  ],
  [
    'a content rule that is not there',
    [{ ...service, subVirtualServices: [{ index: 2, contentRules: ['x'] }] }],
    'virtualServices.0.subVirtualServices.0.contentRules: there is no content rule x',
  ],
  ['a redirect with real servers', [{ ...service, type: 'redirect', realServers: [server] }], 'no real servers'],
])('%s is refused', (_, virtualServices, message) => {
  expect(() => checkLoadBalancer({ virtualServices })).toThrow(message);
});

test.each<[string, string[], string[], string]>([
  ['two rules with one name', ['x', 'x'], [], 'contentRules.1.name: x is used twice'],
  ['a rule that is named twice', ['x'], ['x', 'x'], 'a content rule is named twice'],
])('%s: refused', (_, names, used, message) => {
  const contentRules = names.map(name => ({ ...rule, name }));
  const virtualServices = [{ ...service, subVirtualServices: [{ index: 2, contentRules: used }] }];
  expect(() => checkLoadBalancer({ contentRules, virtualServices })).toThrow(message);
});

test('a disabled service keeps its address for the time when it is enabled, but does not listen', () => {
  const virtualServices = [service, { ...service, index: 2, enabled: false }];
  expect(checkLoadBalancer({ virtualServices }).virtualServices).toHaveLength(2);
});

test('names never reach the configuration', () => {
  const name = 'x\n  bind :1';
  const model = checkLoadBalancer({
    virtualServices: [{ ...service, name, subVirtualServices: [{ index: 2, name }] }],
  });
  expect(renderConfiguration(model, instancePaths('/x'))).not.toContain('bind :1');
});

test.each(['relative', '/with space', "/with'quote", '/a/../b', `/${'long'.repeat(20)}`, '/a\nb', '/a,b', '/a%b'])(
  'the folder %j is refused',
  directory => {
    expect(() => instancePaths(directory)).toThrow(expect.objectContaining({ reason: 'invalidModel' }));
  },
);

test('addresses compare in one spelling', () => {
  expect(listenerAddress({ address: '0:0:0:0:0:0:0:0', port: 1 })).toBe('[::]:1');
  expect(listenerAddress({ address: '0.0.0.0', port: 1 })).toBe('0.0.0.0:1');
});
