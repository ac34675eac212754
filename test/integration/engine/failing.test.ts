/** Certificates that fail: which account tries next, and what a repair does for them. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Endpoint, startFaultProxy } from '../../harness/fault-proxy.js';
import { problem } from '../../harness/faults.js';
import { hours, minutes, profileOf, register, startFleet } from './fleet.js';
import { certificateGets, certificateIs } from './waiting.js';

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
