import { randomBytes } from 'node:crypto';
import { type ApiClient, type OperationInput, operations, type Role } from '@certfleet/contract';
import { startRealServer } from '../demo/real-servers.js';
import { admin, builtSite, startCertfleet } from '../harness/certfleet.js';
import { startChallengeTestServer } from '../harness/challtestsrv.js';
import { createLocalIdentity } from '../harness/identity.js';
import { startPebble } from '../harness/pebble.js';
import { freePort } from '../harness/ports.js';

/** A Certfleet to take pictures of. */
export interface Pictured {
  url: string;
  api: ApiClient;
  people: Record<'admin' | 'viewer', { name: string; password: string }>;
  stop(): Promise<void>;
}

/** One in which nothing was done yet but the first administrator. */
export async function emptyFleet(): Promise<Pictured> {
  const certfleet = await startCertfleet({ webFolder: builtSite });
  return {
    url: certfleet.server.url,
    api: certfleet.api,
    people: { admin, viewer: await addPerson(certfleet.api, 'viewer') },
    stop: () => certfleet.destroy(),
  };
}

/**
 * One with something of everything: certificates that are served, that wait and that fail, services with real servers,
 * one of which is down, and names as long as DNS has them. Real HAProxy, real CA (Pebble).
 */
export async function fullFleet(): Promise<Pictured> {
  const dns = await startChallengeTestServer();
  const pebble = await startPebble({ dnsServer: dns.dnsServer });
  const empty = await emptyFleet();
  const servers = await Promise.all(['1', '2', '3'].map(number => startRealServer(`real server ${number}`)));
  const { api } = empty;
  await fill(api, pebble, servers);
  // These can't be proven: nobody answers there.
  for (const name of unprovable) await dns.addA(name, ['127.0.0.9']);
  await request(api, 'intranet', ['intranet.example.org'], []);
  await request(api, 'status', ['status.example.net', 'status.example.org'], []);
  return {
    ...empty,
    async stop() {
      await empty.stop();
      await Promise.all(servers.map(server => server.close()));
      await pebble.stop();
      await dns.stop();
    },
  };
}

const unprovable = ['intranet.example.org', 'status.example.net'];

/** A name of 253 characters, the most that DNS has (RFC 1035 §2.3.4). */
export const longestName =
  `${Array.from({ length: 4 }, (_, index) => `${index}`.repeat(59)).join('.')}.example.org`.slice(-253);

/** As long as what people call a thing may be. */
export const longestWord = 'longest-'.repeat(16).slice(0, -1);

async function fill(
  api: ApiClient,
  pebble: Awaited<ReturnType<typeof startPebble>>,
  servers: readonly { port: number }[],
): Promise<void> {
  await api.call(operations.account.register, {
    body: {
      name: 'pebble',
      directoryUrl: pebble.directoryUrl,
      caCertificate: pebble.caPem,
      email: 'certificates@example.com',
      agreeToTerms: true,
    },
  });
  const httpsPort = await freePort();
  const create = (body: OperationInput<typeof operations.virtualService.create>['body']) =>
    api.call(operations.virtualService.create, { body });
  await create({
    name: 'http',
    address: '127.0.0.1',
    port: pebble.httpPort,
    type: 'redirect',
    redirectPort: httpsPort,
  });
  const realServers = servers.map(({ port }) => ({ address: '127.0.0.1', port }));
  await create({ name: 'shop', address: '127.0.0.1', port: httpsPort, type: 'https', realServers });
  await create({
    name: 'intranet',
    address: '127.0.0.1',
    port: await freePort(),
    type: 'https',
    // Nobody listens on the second: it is down.
    realServers: [...realServers.slice(0, 1), { address: '127.0.0.1', port: await freePort() }],
  });
  const { index } = await create({
    ...{ name: longestWord, address: '127.0.0.1', port: await freePort(), type: 'https' },
  });
  await api.call(operations.contentRule.create, { body: { name: 'api', pattern: '^/api/' } });
  const addSub = (body: OperationInput<typeof operations.virtualService.addSub>['body']) =>
    api.call(operations.virtualService.addSub, { params: { index }, body });
  await addSub({ name: 'api', contentRules: ['api'], realServers: realServers.slice(0, 1) });
  await addSub({ name: longestWord, realServers: realServers.slice(1) });
  await api.call(operations.channel.create, {
    body: {
      name: 'night-shift',
      type: 'webhook',
      config: { url: 'https://127.0.0.1:1/hook', secret: 'a secret of this fleet' },
    },
  });
  await api.call(operations.token.create, { body: { name: longestWord, role: 'operator' } });
  await addSolvers(api);
  await api.call(operations.policy.create, {
    body: {
      name: 'default',
      accounts: ['pebble'],
      defaultSolver: 'vs-1',
      profile: pebble.features.profiles ? 'default' : null,
    },
  });
  await api.call(operations.policy.create, {
    body: {
      name: 'short-lived',
      accounts: ['pebble'],
      defaultSolver: 'vs-1',
      profile: pebble.features.profiles ? 'shortlived' : null,
    },
  });
  await request(api, 'www', ['www.example.com', 'example.com'], ['vs-2'], { isDefault: true });
  for (const name of ['shop', 'api', 'mail', 'images', 'checkout', 'blog', 'search', 'help']) {
    await request(api, name, [`${name}.example.com`], ['vs-2']);
  }
  await request(api, 'payments', ['payments.example.com'], ['vs-2', 'vs-3'], { policy: 'short-lived' });
  await request(api, 'longest', [longestName], ['vs-3']);
  await request(api, longestWord, ['long.example.com'], ['vs-4']);
  await request(
    api,
    'a-hundred-names',
    Array.from({ length: 100 }, (_, index) => `shop-${index + 1}.example.net`),
    ['vs-3'],
  );
  await becomeValid(api, 13);
  await request(
    api,
    'by-hand',
    ['by-hand.example.net', '*.by-hand.example.net'].map(value => ({ value, solver: 'hand' })),
    [],
  );
}

/** Another two ways to prove names, domains that lead to them, and an intermediate certificate. */
async function addSolvers(api: ApiClient): Promise<void> {
  await api.call(operations.solver.create, { body: { name: 'hand', type: 'manual' } });
  const config = { server: '127.0.0.1:1', keyName: 'certfleet', keySecret: randomBytes(32).toString('base64') };
  await api.call(operations.solver.create, { body: { name: longestWord, type: 'rfc2136', config } });
  await api.call(operations.domain.create, { body: { pattern: '.by-hand.example.net', solver: 'hand' } });
  await api.call(operations.domain.create, { body: { pattern: `.${longestName.slice(2)}`, solver: longestWord } });
  const { certificatePem } = await createLocalIdentity('Example CA');
  const file = Buffer.from(certificatePem).toString('base64');
  await api.call(operations.intermediate.add, { body: { name: 'example-ca', file } });
}

async function request(
  api: ApiClient,
  name: string,
  identifiers: OperationInput<typeof operations.certificate.request>['body']['identifiers'],
  targets: string[],
  { isDefault = false, ...more }: { isDefault?: boolean; policy?: string } = {},
): Promise<void> {
  const assignments = targets.map(target => ({ target, isDefault }));
  await api.call(operations.certificate.request, { body: { name, identifiers, assignments, ...more } });
}

/** Resolves when so many certificates are valid. Throws after two minutes, with what is the matter with the others. */
async function becomeValid(api: ApiClient, count: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const { items } = await api.call(operations.certificate.list, { query: { limit: 100 } });
    if (items.filter(({ status }) => status === 'valid').length >= count) return;
    if (Date.now() > deadline) {
      const others = items.filter(({ status }) => status !== 'valid');
      throw new Error(others.map(({ name, lastError }) => `${name}: ${lastError?.message ?? 'pending'}`).join('\n'));
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
}

async function addPerson(api: ApiClient, role: Role): Promise<{ name: string; password: string }> {
  const person = { name: role, password: randomBytes(12).toString('hex') };
  await api.call(operations.user.create, { body: { ...person, role } });
  return person;
}
