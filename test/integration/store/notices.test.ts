import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unusedChannel } from '../../../packages/server/src/store/channels.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import type { NewNotice } from '../../../packages/server/src/store/notices.js';
import { databases, open } from './databases.js';
import { createCertificate, createPolicy } from './fleet.js';

describe.each(databases)('the outbox on $name', databases => {
  let now = Date.UTC(2027, 0, 1);
  let store: OpenStore;
  let channelId: string;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => now } });
    channelId = (await create('ops')).id;
    return () => store.close();
  });

  const create = (name: string) =>
    store.channels.create({
      ...{ name, type: 'webhook', config: {}, secrets: { url: 'https://hooks.example.org/' }, ...unusedChannel },
      ...{
        enabled: true,
        kinds: ['failed'],
        severity: 'info',
        labels: ['a=b'],
        accountHolders: false,
        collectSeconds: 60,
      },
    });
  const notice = (certificate: string, more: Partial<NewNotice> = {}): NewNotice => ({
    ...{ channelId, recipient: null, kind: 'failed', severity: 'warning', certificate },
    facts: { identifiers: ['www.example.org'], notAfter: now, message: 'No.' },
    ...more,
  });

  test('a channel is read as it was written, and is known by its name', async () => {
    const channel = await store.channels.byName('ops');
    expect(channel).toMatchObject({ enabled: true, kinds: ['failed'], labels: ['a=b'], accountHolders: false });
    expect((await store.channels.withSecrets(channel.id)).config).toEqual({ url: 'https://hooks.example.org/' });
    await expect(create('ops')).rejects.toMatchObject({ code: 'already-exists' });
    await store.channels.update(channel.id, { enabled: false });
    expect(await store.channels.enabled()).toEqual([]);
  });

  test('channels are counted by state, and what they have still to tell', async () => {
    const failing = await create('pager');
    await store.channels.failed(failing.id, { error: 'No.', at: now, nextAt: now });
    await store.channels.update((await create('old')).id, { enabled: false });
    expect(await store.channels.countByState()).toEqual({ working: 1, failing: 1, disabled: 1 });
    expect(await store.notices.countWaiting()).toBe(0);
    await store.notices.add([notice('a'), notice('b')]);
    expect(await store.notices.countWaiting()).toBe(2);
  });

  test('what was collected becomes one message for each recipient; what comes meanwhile waits for the next', async () => {
    await store.notices.add([
      notice('a'),
      notice('b', { severity: 'critical' }),
      notice('a', { recipient: 'h@example.org' }),
    ]);
    expect(await store.notices.nextAt(channelId, 60_000)).toBe(now + 60_000);
    await store.notices.gather(channelId, now - 60_000);
    expect(await store.notices.due(channelId, now)).toEqual([]);
    now += 60_000;
    await store.notices.gather(channelId, now - 60_000);
    const [own, holder, ...others] = await store.notices.due(channelId, now);
    expect(others).toEqual([]);
    const messages = [own, holder].map(each => each ?? expect.fail());
    const [toAll] = messages.filter(({ recipient }) => recipient === null);
    const content = await store.notices.content(toAll?.id ?? '', 10);
    expect(content.counts).toEqual({ failed: 2 });
    expect(content.notices.map(({ certificate }) => certificate)).toEqual(['b', 'a']);

    await store.notices.add([notice('c')]);
    now += 60_000;
    await store.notices.gather(channelId, now);
    expect(await store.notices.due(channelId, now)).toHaveLength(2);
    await store.notices.finish(toAll?.id ?? '');
    await store.notices.gather(channelId, now);
    expect(await store.notices.due(channelId, now)).toHaveLength(2);
    expect(await store.notices.waiting([channelId])).toEqual(new Map([[channelId, 2]]));
  });

  test('a message that is put off keeps who is still to get it, and hurries when told to', async () => {
    await store.notices.add([notice('a')]);
    await store.notices.gather(channelId, now);
    const [{ id = '' } = {}] = await store.notices.due(channelId, now);
    const put = { nextAt: now + 1000, error: '450', leftOver: ['a@example.org'] };
    await store.notices.postpone(id, put);
    expect(await store.notices.due(channelId, now)).toEqual([]);
    expect(await store.notices.nextAt(channelId, 0)).toBe(now + 1000);
    await store.channels.failed(channelId, { error: '450', at: now, nextAt: now + 5000 });
    await store.notices.hurry(channelId);
    expect(await store.notices.due(channelId, now)).toMatchObject([{ ...put, nextAt: now, attempts: 1 }]);
    expect(await store.channels.get(channelId)).toMatchObject({ failures: 1, lastError: '450', nextAt: null });
    // A success elsewhere does not hide that this one fails.
    await store.channels.succeeded(channelId, now, null);
    expect(await store.channels.get(channelId)).toMatchObject({ lastError: '450', lastSentAt: now });
    await store.notices.finish(id);
    await store.channels.succeeded(channelId, now, null);
    expect(await store.channels.get(channelId)).toMatchObject({ lastError: null, failures: 0 });
  });

  test('a channel takes along what it has to tell', async () => {
    await store.notices.add([notice('a'), notice('b')]);
    await store.notices.gather(channelId, now);
    await store.notices.add([notice('c')]);
    await store.channels.delete(channelId);
    expect(await store.notices.waiting([channelId])).toEqual(new Map());
    expect(await store.notices.nextAt(channelId, 0)).toBeNull();
  });

  test('certificates are found when it is to be decided about them', async () => {
    const policy = await createPolicy(store);
    const { id } = await createCertificate(store, policy, 'www');
    await createCertificate(store, policy, 'other');
    expect(await store.certificates.nextNoticeAt()).toBeNull();
    await store.certificates.update(id, { noticeAt: now + 5 });
    expect(await store.certificates.nextNoticeAt()).toBe(now + 5);
    expect(await store.certificates.dueForNotice(now, 10)).toEqual([]);
    expect(await store.certificates.dueForNotice(now + 5, 10)).toEqual([id]);
  });
});
