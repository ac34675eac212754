/** Certificates that fail: which account tries next, and what a repair does for them. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Endpoint, startFaultProxy } from '../../harness/fault-proxy.js';
import { problem } from '../../harness/faults.js';
import { freePort } from '../../harness/ports.js';
import { hours, minutes, profileOf, register, startFleet } from './fleet.js';
import { certificateFails, certificateGets, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock, request, always } = fleet;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

test.each<[string, Endpoint, number, string]>([
  ['a name that the CA refuses', 'newOrder', 403, 'rejectedIdentifier'],
  ['an account that the CA takes no orders from', 'newOrder', 401, 'unauthorized'],
  ['terms that nobody has agreed to', 'finalize', 403, 'userActionRequired'],
  ['a CAA record that names other CAs', 'finalize', 403, 'caa'],
])(
  '%s: the policy’s next account takes over within minutes; nobody is asked again after the last',
  async (_, endpoint, status, error) => {
    const name = `refused-${endpoint}-${error}`.toLowerCase();
    const second = await startFaultProxy(fleet.pebble);
    onTestFinished(() => second.stop());
    await register(api, `second-${name}`, second);
    const profile = profileOf(fleet.pebble);
    const body = { name, accounts: ['pebble', `second-${name}`], defaultSolver: 'vs-1', profile };
    await api.call(operations.policy.create, { body });
    always(endpoint, problem(status, error));
    second.inject('newOrder', problem(403, 'rejectedIdentifier'));
    await request(name, { policy: name });
    await certificateIs(api, name, ({ lastError }) => lastError?.attempts === 1);
    const { items } = await api.call(operations.event.list, {
      query: { subject: `certificate:${name}`, action: 'certificate.issuance-failed' },
    });
    expect(items[0]?.message).toContain(`with the policy's next account, second-${name}.`);

    clock.advance(minutes(2));
    const { renewal } = await certificateIs(api, name, ({ lastError }) => lastError?.attempts === 2);
    expect(Date.parse(renewal?.at ?? '')).toBeGreaterThan(clock.now() + hours(23));
    // Asked for once more, each of them is asked again.
    await api.call(operations.certificate.renew, { params: { name } });
    await certificateIs(api, name, ({ lastError }) => lastError?.attempts === 3);
    clock.advance(minutes(2));
    expect((await certificateGets(api, name, 1)).version?.account).toBe(`second-${name}`);
  },
);

/** Fails at newOrder, and next day again: what only a person can mend. Returns what lets it succeed. */
async function refusedName(name: string, policy: string): Promise<() => void> {
  const refused = always('newOrder', problem(403, 'rejectedIdentifier'));
  await request(name, { policy, assignments: [] });
  await certificateFails(api, name, 'rejectedIdentifier');
  return () => refused.remove();
}

async function policyOf(account: string): Promise<string> {
  const profile = profileOf(fleet.pebble);
  const body = { name: `of-${account}`, accounts: [account], defaultSolver: 'vs-1', profile };
  await api.call(operations.policy.create, { body });
  return body.name;
}

/** Presents where the CA does not look. */
async function misplacedSolver(name: string): Promise<string> {
  const config = { port: await freePort() };
  await api.call(operations.solver.create, { body: { name, type: 'standalone', config } });
  return name;
}

const events = async (subject: string, action: string) =>
  (await api.call(operations.event.list, { query: { subject, action } })).items;

test('its policy is changed: tried now; not for a change that is none, nor those of other policies', async () => {
  await register(api, 'changing', fleet.proxy);
  const policy = await policyOf('changing');
  const permit = await refusedName('of-changed-policy', policy);
  const bystander = await refusedName('of-another-policy', 'default');
  permit();
  bystander();
  const change = (keyAlgorithm: 'P-256' | 'P-384') =>
    api.call(operations.policy.change, { params: { name: policy }, body: { keyAlgorithm } });
  const { keyAlgorithm } = await api.call(operations.policy.show, { params: { name: policy } });
  expect(keyAlgorithm).toBe('P-256');
  await change('P-256');
  const waits = await api.call(operations.certificate.show, { params: { name: 'of-changed-policy' } });
  expect(Date.parse(waits.renewal?.at ?? '')).toBeGreaterThan(clock.now() + hours(23));

  await change('P-384');
  await certificateGets(api, 'of-changed-policy', 1);
  const messages = (await events(`policy:${policy}`, 'policy.changed')).map(({ message }) => message);
  expect(messages.filter(message => message.includes('tried again now'))).toEqual([
    expect.stringMatching(/ A certificate that fails and uses it is tried again now\.$/),
  ]);
  const other = await api.call(operations.certificate.show, { params: { name: 'of-another-policy' } });
  expect(other.lastError?.attempts).toBe(1);
});

test('its account gets another key: tried now', async () => {
  await register(api, 'turning', fleet.proxy);
  const permit = await refusedName('of-turned-account', await policyOf('turning'));
  permit();
  await api.call(operations.account.rollover, { params: { name: 'turning' } });
  await certificateGets(api, 'of-turned-account', 1);
});

test('its solver is changed: tried now', async () => {
  const solver = await misplacedSolver('misplaced');
  const identifiers = [{ value: 'by-solver.example.com', solver }];
  await request('by-solver', { identifiers, assignments: [] });
  await certificateIs(api, 'by-solver', ({ lastError }) => lastError?.attempts === 1);
  await api.call(operations.solver.change, { params: { name: solver }, body: { config: { port: await freePort() } } });
  await certificateIs(api, 'by-solver', ({ lastError }) => lastError?.attempts === 2);
});

test('its domain is no longer bound to a solver that does not prove it: tried now', async () => {
  const solver = await misplacedSolver('bound');
  await api.call(operations.domain.create, { body: { pattern: '.by-domain.example.com', solver } });
  await request('www.by-domain', { assignments: [] });
  await certificateIs(api, 'www.by-domain', ({ lastError }) => lastError !== null);
  await api.call(operations.domain.delete, { params: { pattern: '.by-domain.example.com' } });
  await certificateGets(api, 'www.by-domain', 1);
});

test('the virtual service that proves it is enabled again: tried now', async () => {
  const enable = (enabled: boolean) =>
    api.call(operations.virtualService.change, { params: { index: 1 }, body: { enabled } });
  // Nothing is asked for that is known to be unprovable by then.
  await api.call(operations.system.pause, { body: { reason: 'The service is disabled meanwhile.' } });
  await request('by-service', { assignments: [] });
  await enable(false);
  await api.call(operations.system.resume, {});
  await certificateIs(api, 'by-service', ({ lastError }) => lastError !== null);
  await enable(true);
  await certificateGets(api, 'by-service', 1);
});

test('repaired while it is being tried: that attempt is no failure, and the next one is made now', async () => {
  await register(api, 'hasty', fleet.proxy);
  const policy = await policyOf('hasty');
  const permit = await refusedName('meanwhile', policy);
  permit();
  fleet.proxy.inject('newOrder', async (seen, forward, proxy) => {
    await api.call(operations.policy.change, { params: { name: policy }, body: { keyAlgorithm: 'P-384' } });
    return problem(403, 'rejectedIdentifier')(seen, forward, proxy);
  });
  clock.advance(hours(30));
  await certificateGets(api, 'meanwhile', 1);
  expect(await events('certificate:meanwhile', 'certificate.issuance-failed')).toHaveLength(1);
});
