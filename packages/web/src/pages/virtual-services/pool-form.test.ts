import { operations, parseInput, type SubVirtualService, SubVirtualServiceCreation } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { changeOf, valuesOf } from './pool-form.js';

const pool = (fields: object) =>
  ({ index: 3, ...SubVirtualServiceCreation.parse(fields) }) as unknown as SubVirtualService;

test.each([
  ['what is taken where nothing is given', {}],
  ['persistence by address', { persistence: { type: 'source', timeoutSeconds: 60 } }],
  ['a cookie until the browser ends', { persistence: { type: 'cookie', name: 'node', timeoutSeconds: null } }],
  ["the application's cookie", { persistence: { type: 'server-cookie', name: 'JSESSIONID', timeoutSeconds: 9 } }],
  ['no health check', { healthCheck: { type: 'none' } }],
  ['TCP to another port', { healthCheck: { type: 'tcp', port: 8081 } }],
  ['HTTP', { healthCheck: { type: 'http', port: 81, path: '/a', host: 'b', method: 'HEAD', statuses: [401] } }],
  ['a redirect', { unavailable: { status: 302, redirectUrl: '/later', page: null } }],
  ['a page', { name: 'api', minimumServers: 2, unavailable: { status: 503, redirectUrl: null, page: '<p>Later' } }],
  ['a status', { scheduling: 'url-hash', unavailable: { status: 404, redirectUrl: null, page: null } }],
])('%s comes back as it was', (_, fields) => {
  const before = pool(fields);
  const { name, scheduling, persistence, healthCheck, minimumServers, unavailable } = before;
  const body = changeOf(valuesOf(before));
  expect(body).toEqual({ name, scheduling, persistence, healthCheck, minimumServers, unavailable });
  expect(() =>
    parseInput(operations.virtualService.change, { params: { index: 3 }, query: undefined, body }),
  ).not.toThrow();
});

test('a kind of check takes only its own of what was typed', () => {
  const values = valuesOf(pool({ healthCheck: { type: 'http', path: '/health', statuses: [401] } }));
  expect(changeOf({ ...values, healthCheck: { ...values.healthCheck, type: 'tcp' } }).healthCheck).toEqual({
    type: 'tcp',
    port: null,
  });
});
