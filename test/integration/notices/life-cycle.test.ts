/** What becomes of a certificate from a CA, told to people through a mail server and to programs through a webhook. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { pause } from '../../../packages/server/src/pause.js';
import { problem } from '../../harness/faults.js';
import { startMailServer } from '../../harness/mail-server.js';
import { days, hours, minutes, startFleet } from '../engine/fleet.js';
import { certificateBecomes, certificateFails, eventually } from '../engine/waiting.js';
import { type Listener, startListener } from './listener.js';

const [fleet, mail] = await Promise.all([startFleet(), startMailServer()]);
const { api, clock, request, always } = fleet;
const byName = (name: string) => ({ params: { name } });

let listener: Listener;
beforeEach(async () => {
  clock.reset();
  const { items } = await api.call(operations.channel.list, {});
  for (const { name } of items) await api.call(operations.channel.delete, byName(name));
  listener = await startListener();
  const config = { url: listener.url };
  await api.call(operations.channel.create, { body: { name: 'hook', type: 'webhook', config, collectSeconds: 0 } });
});
afterAll(async () => {
  await fleet.stop();
  await mail.stop();
});

const smtp = (to: string[]) => ({
  ...{ host: '127.0.0.1', port: mail.submissionPort, caCertificate: mail.caPem },
  ...{ user: mail.user, password: mail.password, from: 'certfleet@example.test', to },
});
/** What the webhook was told of a certificate, when it is so much. */
async function told(name: string, count: number) {
  const all = () =>
    listener.digests.flatMap(({ notices }) => notices).filter(({ certificate }) => certificate === name);
  const seen = await eventually(
    async () => all(),
    ({ length }) => length >= count,
  );
  expect(seen).toHaveLength(count);
  return seen;
}

test('issued, renewed with a new key, revoked; once each', async () => {
  await request('told', { assignments: [], keyOnRenewal: 'new' });
  await certificateBecomes(api, 'told', 1);
  expect(await told('told', 1)).toMatchObject([
    { kind: 'issued', severity: 'info', identifiers: ['told.example.com'] },
  ]);
  await api.call(operations.certificate.renew, byName('told'));
  await certificateBecomes(api, 'told', 2);
  const [, renewed] = await told('told', 2);
  expect(renewed).toMatchObject({
    kind: 'renewed',
    message: expect.stringMatching(/^Version 2 .* It has a new key\.$/),
  });
  const { version } = await api.call(operations.certificate.show, byName('told'));
  expect(renewed?.notAfter).toBe(version?.notAfter);
  await api.call(operations.certificate.revoke, { ...byName('told'), body: { version: 1, reason: 'superseded' } });
  expect((await told('told', 3))[2]).toMatchObject({ kind: 'revoked', severity: 'warning' });
});

test('a message that is refused for what it says is told in brief, and holds nothing up', async () => {
  listener.refuses = /poison/;
  await request('poison', { assignments: [] });
  await certificateBecomes(api, 'poison', 1);
  const [brief] = await eventually(
    async () => listener.digests,
    ({ length }) => length > 0,
  );
  expect(brief).toMatchObject({ subject: 'Certfleet: 1 issued', notices: [], more: 1 });
  await request('good', { assignments: [] });
  expect(await told('good', 1)).toHaveLength(1);
  const { items } = await api.call(operations.event.list, { query: { action: 'channel.sent', order: 'oldest' } });
  expect(items.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/Only that, since the whole message was refused: The webhook at .* answered 422\.$/),
  );
});

test('a channel that refuses every message is failing, and what it has to tell waits', async () => {
  listener.status = 400;
  await request('refused', { assignments: [] });
  const channel = () => api.call(operations.channel.show, byName('hook'));
  const { lastError } = await eventually(channel, ({ lastError }) => lastError !== null);
  expect(lastError?.message).toContain('answered 400');
  listener.status = 200;
  await api.call(operations.channel.test, byName('hook'));
  expect(await told('refused', 1)).toHaveLength(1);
});

test('who wants to hear of new keys alone hears of no renewal with the same key', async () => {
  await api.call(operations.channel.change, { ...byName('hook'), body: { kinds: ['new-key'] } });
  await request('pinned', { assignments: [], keyOnRenewal: 'same' });
  await certificateBecomes(api, 'pinned', 1);
  await api.call(operations.certificate.renew, byName('pinned'));
  await certificateBecomes(api, 'pinned', 2);
  await api.call(operations.certificate.change, { ...byName('pinned'), body: { keyOnRenewal: 'new' } });
  await api.call(operations.certificate.renew, byName('pinned'));
  await certificateBecomes(api, 'pinned', 3);
  expect(await told('pinned', 1)).toMatchObject([{ kind: 'new-key', message: expect.stringContaining('Version 3') }]);
});

test('a failure is told at first, not at each attempt, and again when it gets close to notAfter', async () => {
  await request('failing', { assignments: [] });
  const { version } = await certificateBecomes(api, 'failing', 1);
  await told('failing', 1);
  const refused = always('newOrder', problem(403, 'rejectedIdentifier'));
  await api.call(operations.certificate.renew, byName('failing'));
  await certificateFails(api, 'failing', 'rejectedIdentifier');
  expect((await told('failing', 2))[1]).toMatchObject({ kind: 'failed', severity: 'warning' });
  await api.call(operations.certificate.renew, byName('failing'));
  await eventually(
    () => api.call(operations.certificate.show, byName('failing')),
    ({ lastError }) => lastError?.attempts === 2,
  );
  expect(await told('failing', 2)).toHaveLength(2);
  const { notBefore = '', notAfter = '' } = version ?? {};
  const lifetime = Date.parse(notAfter) - Date.parse(notBefore);
  // A week of 90 days; Pebble's certificates may live longer or shorter.
  const close = days(7) * Math.min(1, lifetime / days(90));
  clock.advance(Date.parse(notAfter) - close + minutes(1) - clock.now());
  const last = (await told('failing', 3))[2];
  expect(last).toMatchObject({
    kind: 'failed',
    message: expect.stringMatching(/expires in .* has failed \d+ times.*rejectedIdentifier/),
  });
  refused.remove();
});

test('a revocation that is held up since nothing can be issued in its place is told, and what to do', async () => {
  await request('leaked', { assignments: [] });
  await certificateBecomes(api, 'leaked', 1);
  await told('leaked', 1);
  const refused = always('newOrder', problem(403, 'rejectedIdentifier'));
  await api.call(operations.certificate.revoke, { ...byName('leaked'), body: { reason: 'keyCompromise' } });
  const [, ...failures] = await told('leaked', 3);
  expect(failures.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
  expect(failures.find(({ severity }) => severity === 'critical')?.message).toMatch(
    /^Version 1 of leaked is to be revoked .* certificate revoke leaked --version 1 --reason keyCompromise --now$/,
  );
  refused.remove();
});

test('a restored copy is silent until it is told that it is the live one', async () => {
  await api.call(operations.channel.change, { ...byName('hook'), body: { collectSeconds: 3600 } });
  await request('copied', { assignments: [] });
  await certificateBecomes(api, 'copied', 1);
  const { store } = fleet.certfleet.server.engine;
  const restored = { by: 'system', reason: 'Restored.', restored: true };
  await store.transaction(tx => pause(tx, restored, clock.now()));
  // Another reason makes it no live one.
  await api.call(operations.system.pause, { body: { reason: 'Somebody looks at it.' } });
  const { id } = await store.channels.byName('hook');
  const runsAt = async () => (await store.jobs.find('send-notices', id))?.runAt ?? 0;
  clock.advance(hours(1.1));
  await expect.poll(runsAt, { timeout: 30_000 }).toBeGreaterThan(clock.now());
  expect(listener.digests).toEqual([]);
  await api.call(operations.system.resume, {});
  clock.advance(minutes(1.1));
  expect(await told('copied', 1)).toMatchObject([{ kind: 'issued' }]);
});

test("the account's holder is mailed what is told of its certificates, in a message of his own", async () => {
  const { id } = await api.call(operations.account.show, byName('pebble'));
  // Past the CA, which takes no address of a domain that is not there.
  await fleet.certfleet.server.engine.store.accounts.update(id, { email: 'holder@example.test' });
  const body = { type: 'smtp', config: smtp(['noc@example.test']), collectSeconds: 0, accountHolders: true };
  await api.call(operations.channel.create, { body: { name: 'mail', ...body } });
  await request('held', { assignments: [] });
  await certificateBecomes(api, 'held', 1);
  const both = await mail.mails(2, ({ parts }) => parts.some(({ content }) => content.includes('held.example.com')));
  expect(both.map(({ to, header }) => [to, header('To')]).sort()).toEqual([
    ['holder@example.test', 'holder@example.test'],
    ['noc@example.test', 'noc@example.test'],
  ]);
});

test('a certificate is mailed with its chain and without its key', async () => {
  await api.call(operations.channel.create, {
    body: { name: 'mail', type: 'smtp', config: smtp(['noc@example.test']) },
  });
  await request('sent', { assignments: [] });
  await certificateBecomes(api, 'sent', 1);
  const send = (channel: string, to: string[]) =>
    api.call(operations.certificate.send, { ...byName('sent'), body: { channel, to } });
  const { message } = await send('mail', ['ops@example.test', 'nobody@example.test']);
  expect(message).toMatch(/was mailed to .* by mail\. nobody@example\.test was refused: 550/);
  const [delivered] = await mail.mails(1, ({ headers }) => headers.includes('Subject: Certificate sent, version 1'));
  const exported = await api.call(operations.certificate.export, { ...byName('sent'), body: {} });
  const [text, file] = delivered?.parts ?? [];
  expect(file).toMatchObject({ fileName: 'sent.pem', mediaType: 'application/pem-certificate-chain' });
  expect(file?.content.trim()).toMatch(/^-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----$/);
  expect(JSON.stringify(exported)).toContain(JSON.stringify(file?.content.slice(0, 200)).slice(1, -1));
  expect(text?.content).toContain('sent.example.com');
  expect(JSON.stringify(delivered)).not.toContain('PRIVATE KEY');

  await expect(send('mail', ['nobody@example.test'])).rejects.toMatchObject({
    message: expect.stringMatching(/Nobody gets it/),
  });
  await expect(send('hook', ['ops@example.test'])).rejects.toMatchObject({
    message: expect.stringMatching(/does not mail/),
  });
  await expect(send('mail', ['ops@example.test\r\nBcc: a@example.test'])).rejects.toThrow();
  const { items } = await api.call(operations.event.list, {
    query: { subject: 'certificate:sent', action: 'certificate.sent', order: 'oldest' },
  });
  expect(items.map(({ outcome }) => outcome)).toEqual(['intended', 'succeeded', 'intended', 'failed']);
});

test('somebody has to present by hand: once for each order', async () => {
  await api.call(operations.solver.create, { body: { name: 'hand', type: 'manual' } });
  const identifiers = [{ value: 'hand.example.com', solver: 'hand' }];
  await request('hand', { assignments: [], identifiers });
  expect(await told('hand', 1)).toMatchObject([
    {
      kind: 'needs-person',
      severity: 'warning',
      message: expect.stringMatching(/hand\.example\.com \(http-01\): "certfleet certificate challenges hand"/),
    },
  ]);
  await api.call(operations.certificate.newChallenge, byName('hand'));
  await told('hand', 2);
  await api.call(operations.certificate.delete, byName('hand'));
});
