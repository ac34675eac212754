import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { checkLoadBalancer, instancePaths, type LoadBalancerInput, renderConfiguration } from '@certfleet/haproxy';
import { expect, test } from 'vitest';
import { findHaproxy } from '../../harness/haproxy.js';
import { createWorkdir } from '../../harness/workdir.js';
import { issue } from './certificate.js';

type Service = NonNullable<LoadBalancerInput['virtualServices']>[number];
const http: Service = { index: 1, type: 'http', address: '192.0.2.10', port: 80 };
const server = { index: 1, address: '10.0.0.1', port: 8080 };

/** Rules that any case may name. */
const contentRules: NonNullable<LoadBalancerInput['contentRules']> = [
  { name: 'api@host', field: 'host', match: 'equal', pattern: 'api.example.com' },
  { name: 'shop', field: 'url', match: 'prefix', pattern: '/shop', ignoreCase: true },
  { name: 'php', field: 'url', match: 'suffix', pattern: '.php' },
  { name: 'two-parts', field: 'url', match: 'regex', pattern: '^/(a|b)/[^/]+$', negate: true },
  { name: 'whole-url', field: 'url', match: 'equal', pattern: 'www/a?b=c', includeHost: true, includeQuery: true },
  { name: 'host-path', field: 'url', match: 'prefix', pattern: 'www/a', includeHost: true },
  { name: 'query', field: 'url', match: 'regex', pattern: '[?&]debug=', includeQuery: true, mustFail: true },
  { name: 'agent', field: 'header', header: 'User-Agent', match: 'prefix', pattern: 'curl/' },
  { name: 'referred', field: 'header', header: 'Referer', match: 'regex', pattern: '.', negate: true, mustFail: true },
];

const hostile = [
  '}',
  '-i',
  '--',
  '"',
  '\\',
  '$HOME',
  '# x',
  '%[src]',
  'a b',
  '{ always_true }',
  '|| TRUE',
  '-f /etc/passwd',
];
for (const [i, pattern] of hostile.entries())
  contentRules.push({ name: `hostile${i}`, field: 'url', match: 'prefix', pattern });

for (let i = 0; i < 200; i += 1)
  contentRules.push({ name: `many${i}`, field: 'url', match: 'prefix', pattern: `/${i}/` });

const cases: Record<string, Service[]> = {
  'no virtual service': [],
  'http with real servers': [
    {
      ...http,
      name: "people's name: it stays out\n",
      realServers: [
        { ...server, weight: 50 },
        { index: 2, address: '2001:db8::2', port: 80, weight: 0 },
        { index: 7, address: '10.0.0.7', port: 80, enabled: false },
      ],
    },
  ],
  'https and redirect': [
    { ...http, index: 2, type: 'https', port: 443, realServers: [server] },
    { ...http, index: 3, type: 'redirect' },
    { ...http, index: 4, type: 'redirect', address: '::', port: 8080, redirectPort: 8443 },
    { ...http, index: 5, type: 'https', port: 444, http2: false },
  ],
  'disabled ones are left out': [
    { ...http, enabled: false, realServers: [server] },
    {
      ...http,
      index: 2,
      realServers: [server],
      subVirtualServices: [{ index: 3, enabled: false, realServers: [server] }],
    },
  ],
  'content rules': [
    {
      ...http,
      realServers: [server],
      subVirtualServices: [
        { index: 5, realServers: [server], contentRules: ['api@host'] },
        { index: 6, realServers: [server], contentRules: ['shop', 'php'] },
        { index: 7, realServers: [server], contentRules: ['two-parts'] },
        { index: 8, realServers: [server], contentRules: ['whole-url', 'host-path', 'shop'] },
        { index: 9, realServers: [server], contentRules: ['query', 'agent', 'referred'] },
      ],
    },
  ],
  'more content rules than words fit on a line': [
    {
      ...http,
      subVirtualServices: [
        { index: 5, realServers: [server], contentRules: Array.from({ length: 200 }, (_, i) => `many${i}`) },
      ],
    },
  ],
  'patterns that mean something to HAProxy': [
    {
      ...http,
      subVirtualServices: hostile.map((_, i) => ({
        index: 10 + i,
        realServers: [server],
        contentRules: [`hostile${i}`],
      })),
    },
  ],
  'a sub virtual service without rule takes what is left': [
    {
      ...http,
      subVirtualServices: [
        { index: 5, realServers: [server] },
        { index: 6, realServers: [server] },
      ],
    },
    {
      ...http,
      index: 2,
      port: 81,
      realServers: [server],
      subVirtualServices: [
        { index: 7, enabled: false, realServers: [server] },
        { index: 8, realServers: [server], contentRules: ['shop', 'default'] },
      ],
    },
  ],
  'scheduling, persistence and checks': [
    {
      ...http,
      scheduling: 'source-hash',
      persistence: { type: 'source', timeoutSeconds: 600 },
      healthCheck: { type: 'http', path: '/health?a=b#c', host: 'www.example.com' },
      realServers: [server],
    },
    {
      ...http,
      index: 2,
      port: 81,
      scheduling: 'least-connection',
      healthCheck: { type: 'none' },
      realServers: [server],
    },
    {
      ...http,
      index: 3,
      port: 82,
      scheduling: 'weighted-least-connection',
      healthCheck: { type: 'http' },
      realServers: [
        { ...server, weight: 1000 },
        { ...server, index: 2, weight: 500 },
        { ...server, index: 3, weight: 1 },
      ],
    },
    {
      ...http,
      index: 4,
      port: 83,
      scheduling: 'url-hash',
      persistence: { type: 'cookie', name: 'SRV' },
      healthCheck: { type: 'tcp', port: 9000 },
      realServers: [{ ...server, connectionLimit: 10, enabled: false }],
    },
    {
      ...http,
      index: 5,
      type: 'https',
      port: 84,
      scheduling: 'fixed-weight',
      persistence: { type: 'cookie', name: 'ASP.NET_Server', timeoutSeconds: 600 },
      healthCheck: {
        type: 'https',
        port: 8443,
        path: '/health',
        host: 'www.example.com:8443',
        method: 'HEAD',
        statuses: [503, 401, 302, 401],
      },
      realServers: [
        { ...server, weight: 10 },
        { ...server, index: 2, weight: 0 },
        { ...server, index: 3, weight: 1000 },
        { ...server, index: 4, weight: 10 },
      ],
    },
    {
      ...http,
      index: 6,
      port: 85,
      persistence: { type: 'server-cookie', name: 'JSESSIONID', timeoutSeconds: 3600 },
      healthCheck: { type: 'https', host: '2001:db8::1' },
      realServers: [server],
    },
  ],
  'no real server': [
    {
      ...http,
      unavailable: { page: `<p title="$HOME">it's 100 %[src] \\n #\n\tä</p>` },
      realServers: [server],
      subVirtualServices: [
        { index: 2, minimumServers: 2, realServers: [server] },
        { index: 3, unavailable: { status: 404, page: 'Gone fishing' }, contentRules: ['shop'] },
        {
          index: 4,
          unavailable: { status: 307, redirectUrl: 'https://www.example.com/%20?a=%[src]"$HOME"\\' },
          contentRules: ['php'],
        },
        { index: 5, unavailable: { status: 200 }, contentRules: ['agent'] },
      ],
    },
    { ...http, index: 6, port: 81, type: 'redirect', unavailable: { status: 404 } },
  ],
  'a large page': [{ ...http, unavailable: { page: "It's\n".repeat(4000) } }],
};

test.each(Object.entries(cases))(
  '%s: rendered as before, and HAProxy takes it without a warning',
  async (name, virtualServices) => {
    const model = checkLoadBalancer({ contentRules, virtualServices });
    const text = renderConfiguration(model, instancePaths('/var/lib/certfleet/haproxy'));
    await expect(text).toMatchFileSnapshot(`golden/${name.replaceAll(/\W+/g, '-')}.golden.cfg`);

    const workdir = createWorkdir('golden');
    const paths = instancePaths(workdir.path);
    const { pem } = await issue({ names: ['www.example.com'] });
    writeFileSync(paths.challengeMap, '');
    writeFileSync(paths.serverState, '1\n');
    for (const { index, type } of model.virtualServices) {
      if (type !== 'https') continue;
      mkdirSync(`${paths.certificates}/${index}`, { recursive: true });
      writeFileSync(`${paths.certificates}/${index}/default.pem`, pem);
      writeFileSync(`${paths.certificates}/${index}/crt-list`, `${paths.certificates}/${index}/default.pem !*\n`);
    }
    writeFileSync(paths.configuration, renderConfiguration(model, paths));
    const { path } = await findHaproxy();
    const { stdout, stderr } = await promisify(execFile)(path, ['-c', '-f', paths.configuration]);
    expect(`${stdout}${stderr}`).not.toMatch(/WARNING|ALERT/);
  },
);
