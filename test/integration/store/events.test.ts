import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { EventFilter } from '../../../packages/server/src/store/events.js';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open, rawDatabase } from './databases.js';

const start = Date.UTC(2027, 0, 1);
let now = start;
const clock = { now: () => now };

describe.each(databases)('events on $name', databases => {
  let store: OpenStore;
  let url = '';
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    now = start;
    url = await databases.create();
    store = await open(url, { clock });
    return () => store.close();
  });

  const append = (message: string, more: Partial<Parameters<OpenStore['events']['append']>[0]> = {}) =>
    store.events.append({ actor: 'system', action: 'certificate.issued', outcome: 'succeeded', message, ...more });
  async function messages(filter: EventFilter & { limit?: number } = {}): Promise<string[]> {
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await store.events.list({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items.map(event => event.message));
      cursor = page.nextCursor;
    }
    return found;
  }

  test('is read as it was appended', async () => {
    const event = await append('Issued.', { subject: 'certificate:www', detail: { version: 1 } });
    expect(event).toMatchObject({ at: start, actor: 'system', subject: 'certificate:www', detail: { version: 1 } });
    expect((await store.events.list()).items).toEqual([event]);
    expect(await store.events.after(event.id - 1)).toEqual([event]);
    expect(await store.events.newestId()).toBe(event.id);
  });

  test('without the change that it tells of there is no event, and nobody hears of it', async () => {
    const heard: string[] = [];
    store.onEvent(event => heard.push(event.message));
    const failing = store.transaction(async tx => {
      await tx.events.append({ actor: 'system', action: 'a.b', outcome: 'succeeded', message: 'undone' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await append('done');
    await vi.waitFor(() => expect(heard).toEqual(['done']), { timeout: 10_000 });
    expect(await messages()).toEqual(['done']);
  });

  test('are listed by what they are about, page by page', async () => {
    await append('1', { subject: 'certificate:a' });
    now += 10;
    await append('2', { subject: 'certificate:b', outcome: 'failed' });
    await append('3', { subject: 'certificate:a', action: 'certificate.deployed', actor: 'user:anna' });
    now += 10;
    await append('4');
    const cases: [EventFilter, string[]][] = [
      [{}, ['4', '3', '2', '1']],
      [{ order: 'oldest' }, ['1', '2', '3', '4']],
      [{ subject: 'certificate:a' }, ['3', '1']],
      [{ action: 'certificate.issued', order: 'oldest' }, ['1', '2', '4']],
      [{ action: 'certificate' }, ['4', '3', '2', '1']],
      [{ action: 'cert' }, []],
      [{ exceptNouns: ['certificate'] }, []],
      [{ exceptNouns: ['cert', 'user'], subject: 'certificate:b' }, ['2']],
      [{ search: '3' }, ['3']],
      [{ search: '%' }, []],
      [{ actor: 'user:anna' }, ['3']],
      [{ outcome: 'failed' }, ['2']],
      [{ since: start + 10 }, ['4', '3', '2']],
      [{ until: start + 20 }, ['3', '2', '1']],
      [{ since: start + 10, until: start + 20, order: 'oldest' }, ['2', '3']],
    ];
    for (const [filter, expected] of cases) {
      expect(await messages({ ...filter, limit: 2 }), JSON.stringify(filter)).toEqual(expected);
    }
  });

  test('older than the retention are pruned, a batch at a time', async () => {
    for (let i = 0; i < 5; i++) {
      await append(`${i}`);
      now += 10;
    }
    expect(await store.events.prune(start + 30, 2)).toBe(2);
    expect(await store.events.prune(start + 30, 2)).toBe(1);
    expect(await store.events.prune(start + 30, 2)).toBe(0);
    expect(await messages()).toEqual(['4', '3']);
  });

  test('ids are never given again, even if the newest is pruned', async () => {
    const { id } = await append('gone');
    await store.events.prune(now + 1);
    expect((await append('next')).id).toBeGreaterThan(id);
  });

  test('a listener that is done hears no more', async () => {
    const heard: string[] = [];
    const stop = store.onEvent(event => heard.push(event.message));
    await append('1');
    await vi.waitFor(() => expect(heard).toEqual(['1']), { timeout: 10_000 });
    stop();
    const after: string[] = [];
    store.onEvent(event => after.push(event.message));
    await append('2');
    await vi.waitFor(() => expect(after).toEqual(['2']), { timeout: 10_000 });
    expect(heard).toEqual(['1']);
  });
});

describe('events of two servers on one PostgreSQL', () => {
  const [, postgres] = databases;
  beforeAll(() => postgres.start());
  afterAll(() => postgres.stop());

  test('each hears of them all, also after its connection broke', async () => {
    const url = await postgres.create();
    const [a, b] = [await open(url), await open(url)];
    const heard: string[] = [];
    b.onEvent(event => heard.push(event.message));
    const append = (store: OpenStore, message: string) =>
      store.events.append({ actor: 'system', action: 'a.b', outcome: 'succeeded', message });
    await append(a, 'from a');
    await append(b, 'from b');
    await vi.waitFor(() => expect(heard).toEqual(['from a', 'from b']), { timeout: 10_000 });

    const raw = await rawDatabase(url);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'certfleet events' and datname = current_database()`.execute(raw.db);
    await raw.close();
    await append(a, 'while it was away');
    await vi.waitFor(() => expect(heard).toEqual(['from a', 'from b', 'while it was away']), { timeout: 20_000 });
    await append(a, 'after that');
    await vi.waitFor(() => expect(heard.at(-1)).toBe('after that'), { timeout: 20_000 });
    await Promise.all([a.close(), b.close()]);
  });

  test('a connection that could not listen does not stay beside its successor', async () => {
    const url = await postgres.create();
    const store = await open(url);
    const heard: string[] = [];
    store.onEvent(event => heard.push(event.message));
    const raw = await rawDatabase(url);
    const listeners = sql<{ pid: number }>`select pid from pg_stat_activity
      where application_name = 'certfleet events' and datname = current_database()`;

    const { query } = pg.Client.prototype;
    let refused = 0;
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
      const isFirst = String(args[0]).startsWith('listen') && ++refused === 1;
      return isFirst ? Promise.reject(new Error('not now')) : Reflect.apply(query, this, args);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    await sql`select pg_terminate_backend(pid) from (${listeners}) as listener`.execute(raw.db);
    await vi.waitFor(() => expect(refused).toBe(2), { timeout: 20_000 });
    await store.events.append({ actor: 'system', action: 'a.b', outcome: 'succeeded', message: 'heard' });
    await vi.waitFor(() => expect(heard).toEqual(['heard']), { timeout: 20_000 });
    await vi.waitFor(async () => expect((await listeners.execute(raw.db)).rows).toHaveLength(1), { timeout: 5000 });
    await raw.close();
    await store.close();
  });
});
