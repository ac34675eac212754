/** Imported certificates about to expire, told through channels by a server whose clock is ours. */
import { type ApiClient, type Channel, type ChannelCreation, operations } from '@certfleet/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startDrippingMailServer } from '../../../packages/plugins/src/testing/dripping-mail-server.js';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { type MailServer, startMailServer } from '../../harness/mail-server.js';
import { days, MovableClock, minutes } from '../engine/fleet.js';
import { eventually } from '../engine/waiting.js';
import { certificateFor } from './certificate.js';
import { startListener } from './listener.js';

const clock = new MovableClock();
let certfleet: Certfleet;
let api: ApiClient;
let mail: MailServer;

beforeAll(async () => {
  mail = await startMailServer();
  const sessionLife = { idle: days(3650), absolute: days(3650) };
  certfleet = await startCertfleet({ clock, sessionLife });
  api = certfleet.api;
});
afterAll(async () => {
  await certfleet.destroy();
  await mail.stop();
});
beforeEach(async () => {
  const { items } = await api.call(operations.channel.list, {});
  for (const { name } of items) await api.call(operations.channel.delete, { params: { name } });
});

let made = 0;
/** Imports a certificate with so many days left of a life of 90. */
async function importExpiringIn(left: number, labels: Record<string, string> = {}): Promise<string> {
  made += 1;
  const name = `imported-${made}`;
  const file = await certificateFor(`${name}.example.org`, clock.now() - days(90 - left), clock.now() + days(left));
  await api.call(operations.certificate.import, { body: { name, file, labels } });
  return name;
}

const create = (name: string, body: Omit<ChannelCreation, 'name'> | Record<string, unknown>) =>
  api.call(operations.channel.create, { body: { name, collectSeconds: 0, ...body } as ChannelCreation });
const show = (name: string) => api.call(operations.channel.show, { params: { name } });
const channelIs = (name: string, accept: (channel: Channel) => boolean) => eventually(() => show(name), accept);
const eventsOf = async (name: string) => {
  const { items } = await api.call(operations.event.list, { query: { subject: `channel:${name}` } });
  return items.filter(({ actor }) => actor === 'system').map(({ action }) => action);
};
const smtp = () => ({
  host: '127.0.0.1',
  port: mail.smtpPort,
  caCertificate: mail.caPem,
  from: 'certfleet@example.test',
  to: ['ops@example.test'],
});

test('each step is told once, a webhook gets it, and a channel with a label gets its own', async () => {
  const listener = await startListener();
  const shop = await startListener();
  await create('all', { type: 'webhook', config: { url: listener.url } });
  await create('shop', { type: 'webhook', config: { url: shop.url }, labels: ['team=shop'], severity: 'critical' });
  const name = await importExpiringIn(10, { team: 'shop' });
  await eventually(
    async () => listener.digests.length,
    count => count === 1,
  );
  expect(listener.digests[0]).toMatchObject({
    subject: `Certfleet: ${name} is about to expire`,
    severity: 'warning',
    notices: [{ kind: 'expiring', certificate: name, identifiers: [`${name}.example.org`] }],
  });
  clock.advance(days(3));
  await eventually(
    async () => listener.digests.length,
    count => count === 2,
  );
  expect(shop.digests).toEqual([]);
  clock.advance(days(4));
  await eventually(
    async () => shop.digests.length,
    count => count === 1,
  );
  expect(shop.digests[0]?.notices).toMatchObject([{ certificate: name, severity: 'critical' }]);
  await eventually(
    () => eventsOf('shop'),
    actions => actions.filter(action => action === 'channel.sent').length === 1,
  );
});

test('what comes within the collecting time is one mail with a table', async () => {
  await create('ops', { type: 'smtp', config: smtp(), collectSeconds: 3600 });
  const names = [await importExpiringIn(5), await importExpiringIn(5), await importExpiringIn(2)];
  await channelIs('ops', ({ waiting }) => waiting === 3);
  clock.advance(minutes(61));
  const [message] = await mail.mails(1, ({ headers }) => /Subject: Certfleet: 3 about to expire/.test(headers));
  for (const { content } of message?.parts ?? []) for (const name of names) expect(content).toContain(name);
  // The most severe first.
  expect(message?.parts[0]?.content).toMatch(new RegExp(`${names[2]}[\\s\\S]*${names[0]}`));
  expect(await channelIs('ops', ({ waiting }) => waiting === 0)).toMatchObject({ lastError: null });
});

describe('a channel that fails', () => {
  test('says so, keeps what it has to tell, and tells all of it in one message once it works', async () => {
    const listener = await startListener();
    listener.status = 503;
    await create('chat', { type: 'webhook', config: { url: listener.url } });
    const first = await importExpiringIn(5);
    const failing = await channelIs('chat', ({ lastError }) => lastError !== null);
    expect(failing.lastError?.message).toMatch(/answered 503/);
    expect(failing).toMatchObject({ waiting: 1, lastSentAt: null });
    const others = [await importExpiringIn(5), await importExpiringIn(5)];
    await channelIs('chat', ({ waiting }) => waiting === 3);
    listener.status = 200;
    clock.advance(minutes(2));
    await eventually(
      async () => listener.digests.length,
      count => count === 2,
    );
    const told = listener.digests.map(({ notices }) => notices.map(({ certificate }) => certificate));
    expect(told).toEqual([[first], others]);
    expect(await channelIs('chat', ({ waiting }) => waiting === 0)).toMatchObject({ lastError: null });
    expect(await eventsOf('chat')).toEqual(['channel.sent', 'channel.sent', 'channel.failed']);
  });

  test('cut off before the answer: told again with the same id, by which the receiver knows it', async () => {
    const listener = await startListener();
    listener.status = 0;
    await create('cut', { type: 'webhook', config: { url: listener.url } });
    await importExpiringIn(5);
    await channelIs('cut', ({ lastError }) => lastError !== null);
    listener.status = 200;
    clock.advance(minutes(2));
    await channelIs('cut', ({ waiting }) => waiting === 0);
    expect(listener.digests).toHaveLength(2);
    expect(listener.digests[0]?.id).toBe(listener.digests[1]?.id);
  });

  test('greylisted, it is delivered later; a recipient that is refused for good keeps nobody else waiting', async () => {
    mail.greylist(true);
    await create('grey', { type: 'smtp', config: { ...smtp(), to: ['noc@example.test', 'nobody@example.test'] } });
    const name = await importExpiringIn(5);
    const { lastError } = await channelIs('grey', channel => channel.lastError !== null);
    expect(lastError?.message).toMatch(/451 4\.7\.1 Greylisted/);
    mail.greylist(false);
    clock.advance(minutes(2));
    await mail.mails(1, ({ to, headers }) => to === 'noc@example.test' && headers.includes(name));
    const { lastError: refused } = await channelIs('grey', ({ waiting }) => waiting === 0);
    expect(refused?.message).toMatch(/nobody@example\.test: 550/);
    expect(await eventsOf('grey')).toContain('channel.refused');
  });

  test('it is given up after a week, which is an event', async () => {
    const listener = await startListener();
    listener.status = 500;
    await create('gone', { type: 'webhook', config: { url: listener.url } });
    await importExpiringIn(5);
    await channelIs('gone', ({ lastError }) => lastError !== null);
    clock.advance(days(7));
    // Others expire meanwhile, and wait for their turn.
    await eventually(
      () => eventsOf('gone'),
      actions => actions.includes('channel.gave-up'),
    );
    expect(listener.digests).toEqual([]);
  });

  test('corrected or tested, it tries at once', async () => {
    const [wrong, right] = [await startListener(), await startListener()];
    wrong.status = 404;
    await create('moved', { type: 'webhook', config: { url: wrong.url } });
    await importExpiringIn(5);
    await channelIs('moved', ({ lastError }) => lastError !== null);
    const params = { name: 'moved' };
    await expect(api.call(operations.channel.test, { params })).rejects.toMatchObject({
      message: expect.stringMatching(/answered 404/),
    });
    await api.call(operations.channel.change, { params, body: { config: { url: right.url } } });
    await channelIs('moved', ({ waiting }) => waiting === 0);
    expect(right.digests).toHaveLength(1);
    const { message } = await api.call(operations.channel.test, { params });
    expect(message).toBe('A test was sent by moved.');
    expect(right.digests[1]).toMatchObject({ subject: 'Certfleet: test of moved', notices: [] });
  });
});

test('switched off or deleted, it forgets what it had to tell, which is said; and it is told nothing', async () => {
  const listener = await startListener();
  await create('off', { type: 'webhook', config: { url: listener.url }, collectSeconds: 3600 });
  await importExpiringIn(5);
  await channelIs('off', ({ waiting }) => waiting === 1);
  await create('gone', { type: 'webhook', config: { url: listener.url }, collectSeconds: 3600 });
  await importExpiringIn(5);
  await channelIs('gone', ({ waiting }) => waiting === 1);
  await api.call(operations.channel.delete, { params: { name: 'gone' } });
  const { items } = await api.call(operations.event.list, { query: { subject: 'channel:gone' } });
  expect(items[0]?.message).toBe('The channel gone was deleted. 1 notice(s) that gone had not told yet are dropped.');
  const params = { name: 'off' };
  expect(await api.call(operations.channel.change, { params, body: { enabled: false } })).toMatchObject({ waiting: 0 });
  const unheard = await importExpiringIn(5);
  const { certificates } = certfleet.server.engine.store;
  await eventually(
    () => certificates.byName(unheard),
    ({ noticeStep }) => noticeStep !== null,
  );
  await api.call(operations.channel.change, { params, body: { enabled: true, collectSeconds: 0 } });
  const name = await importExpiringIn(5);
  await eventually(
    async () => listener.digests.length,
    count => count === 1,
  );
  expect(listener.digests[0]?.notices.map(({ certificate }) => certificate)).toEqual([name]);
});

test('a heartbeat comes every so often, and stays away while Certfleet is paused', async () => {
  const listener = await startListener();
  await create('alive', { type: 'heartbeat', config: { url: listener.url, everyMinutes: 5 } });
  await eventually(
    async () => listener.beats(),
    beats => beats === 1,
  );
  clock.advance(minutes(5));
  await eventually(
    async () => listener.beats(),
    beats => beats === 2,
  );
  await api.call(operations.system.pause, { body: { reason: 'Moving.' } });
  clock.advance(minutes(5));
  expect(await channelIs('alive', ({ lastError }) => lastError !== null)).toMatchObject({
    lastError: { message: 'Certfleet is paused: Moving.' },
  });
  expect(listener.beats()).toBe(2);
  await api.call(operations.system.resume, {});
  clock.advance(minutes(5));
  await eventually(
    async () => listener.beats(),
    beats => beats === 3,
  );
  expect(await channelIs('alive', ({ lastError }) => lastError === null)).toMatchObject({ kinds: [] });
});

test('while Certfleet is paused it tells what expires, and that it is paused', async () => {
  const listener = await startListener();
  await create('paused', { type: 'webhook', config: { url: listener.url } });
  await api.call(operations.system.pause, { body: { reason: 'Moving.' } });
  await importExpiringIn(5);
  await eventually(
    async () => listener.digests.length,
    count => count === 1,
  );
  expect(listener.digests[0]?.remarks).toEqual([
    expect.stringMatching(/^Nothing is renewed: Certfleet is paused since .* UTC: Moving\.$/),
  ]);
  await api.call(operations.system.resume, {});
});

describe('what is refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a header in an address',
      { type: 'smtp', config: { host: 'm', from: 'a@b.example\r\nBcc: c@d.example', to: ['a@b.example'] } },
      /from/,
    ],
    ['a channel type that is not there', { type: 'pigeon', config: {} }, /smtp, webhook, heartbeat/],
    [
      'a password that others could read',
      {
        type: 'smtp',
        config: {
          ...{ host: 'm', from: 'a@b.example', to: ['a@b.example'] },
          security: 'none',
          user: 'u',
          password: 'hush',
        },
      },
      /could be read/,
    ],
    [
      'notices for a heartbeat',
      { type: 'heartbeat', config: { url: 'https://m.example/' }, kinds: ['failed'] },
      /tells of nothing/,
    ],
    [
      'account holders by a webhook',
      { type: 'webhook', config: { url: 'https://m.example/' }, accountHolders: true },
      /holders/,
    ],
  ])('%s', async (_, body, message) => {
    const failure = await create('refused', body).catch((error: Error) => error.message);
    expect(failure).toMatch(message);
    expect(failure).not.toContain('hush');
  });

  test('secrets are never shown', async () => {
    const url = 'https://hooks.example.org/T0/hush';
    expect(await create('quiet', { type: 'webhook', config: { url, secret: 'hush hush hush hush' } })).toMatchObject({
      config: { url: { secret: true }, secret: { secret: true } },
    });
    expect(JSON.stringify(await api.call(operations.event.list, {}))).not.toContain('hush');
  });

  test('a secret is marked only where there is one, and can be taken away', async () => {
    const url = 'https://hooks.example.org/T0/x';
    const secret = 'hush hush hush hush';
    expect((await create('unsigned', { type: 'webhook', config: { url } })).config).not.toHaveProperty('secret');
    await create('signed', { type: 'webhook', config: { url, secret } });
    const params = { name: 'signed' };
    const change = (config: Record<string, unknown>) =>
      api.call(operations.channel.change, { params, body: { config } });
    await expect(change({ form: 'slack' })).rejects.toThrow(/leave the secret out/);
    const { config } = await change({ form: 'slack', secret: null });
    expect(config).toMatchObject({ url: { secret: true }, form: 'slack' });
    expect(config).not.toHaveProperty('secret');
    await expect(change({ url: null })).rejects.toThrow(/config\.url/);
  });
});

test('a mail server that answers for ever does not keep the server from stopping, and nothing is lost', async () => {
  const { port, connected } = await startDrippingMailServer(onTestFinished);
  const config = { ...smtp(), port, security: 'none', timeoutSeconds: 300 };
  await create('slow', { type: 'smtp', config });
  await importExpiringIn(3);
  clock.advance(minutes(61));
  await expect.poll(connected, { timeout: 60_000 }).toBe(1);
  const began = Date.now();
  await certfleet.restart();
  expect(Date.now() - began).toBeLessThan(60_000);
  expect((await show('slow')).waiting).toBe(1);
});
