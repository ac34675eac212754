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
        { index: 5, realServers: [server], contentRules: [{ match: 'host', pattern: 'api.example.com' }] },
        {
          index: 6,
          realServers: [server],
          contentRules: [
            { match: 'path-prefix', pattern: '/shop', ignoreCase: true },
            { match: 'path-suffix', pattern: '.php' },
          ],
        },
        {
          index: 7,
          realServers: [server],
          contentRules: [{ match: 'path-regex', pattern: '^/(a|b)/[^/]+$', negate: true }],
        },
      ],
    },
  ],
  'patterns that mean something to HAProxy': [
    {
      ...http,
      subVirtualServices: [
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
      ].map((pattern, i) => ({
        index: 10 + i,
        realServers: [server],
        contentRules: [{ match: 'path-prefix', pattern }],
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
  ],
};

test.each(Object.entries(cases))(
  '%s: rendered as before, and HAProxy takes it without a warning',
  async (name, virtualServices) => {
    const model = checkLoadBalancer({ virtualServices });
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
