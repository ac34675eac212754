import { ContentRuleCreation, type HealthCheck, type Persistence, type Unavailable } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { healthCheckInWords, persistenceInWords, place, ruleInWords, titleOf, unavailableInWords } from './words.js';

test.each([
  ['192.0.2.10:443', { address: '192.0.2.10', port: 443 }],
  ['[2001:db8::5]:80', { address: '2001:db8::5', port: 80 }],
])('%s', (text, at) => expect(place(at)).toBe(text));

test.each([
  ['Virtual service 2', { index: 2, name: null }],
  ['shop (virtual service 2)', { index: 2, name: 'shop' }],
])('%s', (text, service) => expect(titleOf(service)).toBe(text));

test.each<[string, Persistence]>([
  ['None', { type: 'none' }],
  ["By the client's address (source IP address), for 360 seconds", { type: 'source', timeoutSeconds: 360 }],
  [
    "By the load balancer's cookie (active cookie) node, until the browser ends",
    { type: 'cookie', name: 'node', timeoutSeconds: null },
  ],
])('%s', (text, persistence) => expect(persistenceInWords(persistence)).toBe(text));

const request = { port: null, path: '/', host: null, method: 'GET', statuses: [] } as const;

test.each<[string, HealthCheck]>([
  ['None: nobody looks', { type: 'none' }],
  ['TCP connection, port 8081', { type: 'tcp', port: 8081 }],
  ['HTTP request: GET /; 200 to 399 count as up', { type: 'http', ...request, statuses: [] }],
  [
    'HTTPS request: HEAD /health, port 8443, Host shop; 200 to 299 and 401, 403 count as up',
    { type: 'https', port: 8443, path: '/health', host: 'shop', method: 'HEAD', statuses: [401, 403] },
  ],
])('%s', (text, check) => expect(healthCheckInWords(check)).toBe(text));

test.each<[string, Unavailable | null, 'service' | 'sub']>([
  ['503 of HAProxy', null, 'service'],
  ['What its virtual service answers', null, 'sub'],
  [
    '302, to https://status.example.com/',
    { status: 302, redirectUrl: 'https://status.example.com/', page: null },
    'sub',
  ],
  ['503 with a page of its own', { status: 503, redirectUrl: null, page: '<p>Later' }, 'service'],
])('%s', (text, unavailable, noun) => expect(unavailableInWords(unavailable, noun)).toBe(text));

test.each([
  ['those whose path begins with /api/', { match: 'prefix', pattern: '/api/' }],
  [
    'refuses those whose host is not www',
    { field: 'host', match: 'equal', pattern: 'www', negate: true, mustFail: true },
  ],
  [
    'those whose header Agent matches Mob, in any case',
    { field: 'header', header: 'Agent', pattern: 'Mob', ignoreCase: true },
  ],
  [
    'those whose host and path with query ends with x',
    { match: 'suffix', pattern: 'x', includeHost: true, includeQuery: true },
  ],
])('%s', (text, rule) => expect(ruleInWords(ContentRuleCreation.parse({ name: 'rule', ...rule }))).toBe(text));
