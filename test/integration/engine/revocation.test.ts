/** Revocation: what is served is replaced first, unless it is to be revoked at once. */
import { type CertificateRequest, operations, type Revocation } from '@certfleet/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { loseAnswer, problem } from '../../harness/faults.js';
import { days, minutes, profileOf, register, startFleet } from './fleet.js';
import { certificateBecomes, certificateIs } from './waiting.js';

const fleet = await startFleet();
const { api, clock, proxy } = fleet;

afterAll(() => fleet.stop());
beforeEach(() => clock.reset());

const revoke = (name: string, body: Partial<Revocation> = {}) =>
  api.call(operations.certificate.revoke, { params: { name }, body });

async function versionsOf(name: string) {
  const { items } = await api.call(operations.certificate.versions, { params: { name } });
  return items.toReversed();
}

/** Those with this outcome, the newest first. */
async function revocationEvents(name: string, outcome: string) {
  const query = { subject: `certificate:${name}`, action: 'certificate.revoked' };
  return (await api.call(operations.event.list, { query })).items.filter(event => event.outcome === outcome);
}

async function keyOf(name: string) {
  return (await api.call(operations.certificate.exportKey, { params: { name }, body: {} })).privateKey;
}

async function served(name: string, more: Partial<CertificateRequest> = {}) {
  await fleet.request(name, more);
  const { version } = await certificateBecomes(api, name, 1);
  expect(await fleet.served(`${name}.example.com`)).toBe(version?.serial);
}

test('the next version, with another key, is served before the CA is asked to revoke the one before', async () => {
  await served('live', { keyOnRenewal: 'same' });
  const key = await keyOf('live');
  const before = await fleet.served('live.example.com');
  const servedThen: string[] = [];
  proxy.inject('revokeCert', async (_seen, forward) => {
    servedThen.push(await fleet.served('live.example.com'));
    return forward();
  });

  const asked = await revoke('live', { reason: 'keyCompromise' });
  expect(asked).toMatchObject({
    number: 1,
    revokedAt: null,
    revocation: { reason: 'keyCompromise', by: 'user:admin' },
  });
  await expect.poll(async () => (await versionsOf('live'))[0]?.revokedAt, { timeout: 60_000 }).toBeTruthy();
  const [first, second] = await versionsOf('live');
  expect([first?.revocation, second?.revokedAt]).toEqual([null, null]);
  expect(servedThen).toEqual([second?.serial]);
  expect(second?.serial).not.toBe(before);
  expect(await keyOf('live')).not.toBe(key);
  expect(await certificateIs(api, 'live', ({ issuance }) => issuance === null)).toMatchObject({ status: 'valid' });

  const query = { subject: 'certificate:live', action: 'certificate.revoked' };
  const { items } = await api.call(operations.event.list, { query });
  expect(items.map(({ actor, outcome }) => [actor, outcome])).toEqual([
    ['user:admin', 'succeeded'],
    ['user:admin', 'intended'],
  ]);
});

test('while it can’t be replaced it is not revoked, and served on; then it can be revoked at once', async () => {
  await served('stuck');
  const refused = fleet.always('newOrder', problem(400, 'rejectedIdentifier'));
  await revoke('stuck', { reason: 'superseded' });
  await certificateIs(api, 'stuck', ({ lastError }) => lastError !== null);
  const shown = await api.call(operations.certificate.show, { params: { name: 'stuck' } });
  expect(shown.version).toMatchObject({ number: 1, revokedAt: null, revocation: { reason: 'superseded' } });
  const held = await certificateIs(api, 'stuck', ({ toBeRevoked: [wish] }) => wish?.trouble != null);
  expect(held.toBeRevoked).toMatchObject([
    { version: 1, reason: 'superseded', trouble: { message: expect.stringContaining('rejectedIdentifier') } },
  ]);
  const [told] = await revocationEvents('stuck', 'failed');
  expect(told?.message).toMatch(/could not be issued.*certificate revoke stuck --version 1 --reason superseded --now$/);
  await api.call(operations.certificate.unassign, { params: { name: 'stuck', target: 'vs-2' } });
  await expect(api.call(operations.certificate.delete, { params: { name: 'stuck' } })).rejects.toMatchObject({
    problem: { code: 'not-possible', detail: expect.stringContaining('still to be revoked') },
  });
  expect(await revoke('stuck', { replaceFirst: false })).toMatchObject({
    revokedAt: expect.any(String),
    revocation: null,
  });
  refused.remove();
});

test('what is not served any more is revoked at once; the one that is served stays', async () => {
  await served('earlier');
  await api.call(operations.certificate.renew, { params: { name: 'earlier' } });
  const { version } = await certificateBecomes(api, 'earlier', 2);
  expect(await revoke('earlier', { version: 1 })).toMatchObject({ number: 1, revokedAt: expect.any(String) });
  expect(await fleet.served('earlier.example.com')).toBe(version?.serial);
  expect((await versionsOf('earlier')).map(({ revokedAt }) => revokedAt !== null)).toEqual([true, false]);
});

test('a CA whose answer is lost is asked again, and says that it was revoked', async () => {
  await served('lost');
  const counted = fleet.counted('revokeCert');
  proxy.inject('revokeCert', loseAnswer);
  await revoke('lost');
  await expect.poll(async () => (await versionsOf('lost'))[0]?.revokedAt, { timeout: 90_000 }).toBeTruthy();
  expect(counted()).toBeGreaterThan(1);
});

test('a CA that refuses is asked again; that is shown, an event, and told once a day', async () => {
  await served('refused');
  const refused = fleet.always('revokeCert', problem(500, 'serverInternal'));
  const asked = fleet.counted('revokeCert');
  await revoke('refused', { reason: 'keyCompromise' });
  const held = await certificateIs(api, 'refused', ({ toBeRevoked: [wish] }) => wish?.trouble != null);
  expect(held.version?.number).toBe(2);
  expect(held.toBeRevoked).toMatchObject([
    { version: 1, trouble: { message: expect.stringContaining('serverInternal') } },
  ]);
  const before = asked();
  clock.advance(minutes(1.5));
  await expect.poll(asked, { timeout: 30_000 }).toBeGreaterThan(before);
  expect(await revocationEvents('refused', 'failed')).toHaveLength(1);
  clock.advance(days(1.5));
  await expect.poll(async () => (await revocationEvents('refused', 'failed')).length, { timeout: 30_000 }).toBe(2);

  refused.remove();
  clock.advance(days(1.5));
  await expect.poll(async () => (await versionsOf('refused'))[0]?.revokedAt, { timeout: 60_000 }).toBeTruthy();
  expect((await api.call(operations.certificate.show, { params: { name: 'refused' } })).toBeRevoked).toEqual([]);
});

test('an account that is still to revoke something is not deleted; deactivated, the certificate’s own key revokes', async () => {
  await register(api, 'leaving', proxy);
  const { pebble } = fleet;
  const policy = { name: 'leaving', accounts: ['leaving'], defaultSolver: 'vs-1', profile: profileOf(pebble) };
  await api.call(operations.policy.create, { body: policy });
  await served('orphan', { policy: 'leaving' });
  const refused = fleet.always('newOrder', problem(400, 'rejectedIdentifier'));
  await revoke('orphan', { reason: 'keyCompromise' });
  await api.call(operations.policy.change, { params: { name: 'leaving' }, body: { accounts: ['pebble'] } });
  const params = { name: 'leaving' };
  const command = 'certfleet certificate revoke orphan --version 1 --reason keyCompromise --now';
  await expect(api.call(operations.account.delete, { params })).rejects.toMatchObject({
    problem: { code: 'in-use', detail: expect.stringContaining(command) },
  });
  await api.call(operations.account.deactivate, { params });

  refused.remove();
  await api.call(operations.certificate.renew, { params: { name: 'orphan' } });
  await expect.poll(async () => (await versionsOf('orphan'))[0]?.revokedAt, { timeout: 60_000 }).toBeTruthy();
  // RFC 8555 §7.6: signed by the key of the certificate, which needs no account.
  expect(proxy.to('revokeCert').at(-1)?.jws).toMatchObject({ jwk: expect.anything() });
  await api.call(operations.account.delete, { params });
});

test('an account that the CA takes nothing from any more: the certificate’s own key revokes', async () => {
  await served('strange');
  const refuse = problem(403, 'unauthorized');
  fleet.always('revokeCert', (seen, forward, itself) =>
    seen.jws?.kid === undefined ? forward() : refuse(seen, forward, itself),
  );
  expect(await revoke('strange', { replaceFirst: false })).toMatchObject({ revokedAt: expect.any(String) });
});

test('at once, and the CA refuses: whoever asked hears of it, and what was intended ends in an event', async () => {
  await served('no');
  fleet.always('revokeCert', problem(500, 'serverInternal'));
  await expect(revoke('no', { replaceFirst: false })).rejects.toThrow(/serverInternal/);
  const [failed] = await revocationEvents('no', 'failed');
  expect(failed).toMatchObject({
    actor: 'user:admin',
    message: expect.stringMatching(/was not revoked: .*serverInternal/),
  });
});
