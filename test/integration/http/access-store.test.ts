import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from '../store/databases.js';

describe.each(databases)('users, sessions and tokens on $name', kind => {
  let store: OpenStore;
  let now: number;
  beforeAll(() => kind.start());
  afterAll(() => kind.stop());
  beforeEach(async () => {
    now = 1_800_000_000_000;
    store = await open(await kind.create(), { clock: { now: () => now } });
  });
  afterEach(() => store.close());

  const addUser = (name: string, role: 'viewer' | 'admin' = 'viewer') =>
    store.users.create({ name, role, passwordHash: 'hash' });
  const addSession = (id: string, userId: string, expiresAt: number) =>
    store.sessions.create({ id, userId, csrfToken: 'csrf', createdAt: now, expiresAt });

  test('a user is found by name, changed, signed in and deleted', async () => {
    const anna = await addUser('anna', 'admin');
    await addUser('bert', 'admin');
    expect(await store.users.findByName('anna')).toEqual(anna);
    now += 5;
    await store.users.signedIn(anna.id);
    expect(await store.users.change('anna', { role: 'viewer' })).toEqual({
      ...anna,
      role: 'viewer',
      lastSignInAt: now,
    });
    await store.users.delete('anna');
    expect(await store.users.findByName('anna')).toBeUndefined();
    await expect(store.users.delete('anna')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('names are taken once', async () => {
    await addUser('anna');
    await expect(addUser('anna')).rejects.toMatchObject({ code: 'already-exists' });
    const token = { name: 'deploy', role: 'viewer', createdBy: 'system', expiresAt: null } as const;
    await store.tokens.create({ ...token, hash: '1' });
    await expect(store.tokens.create({ ...token, hash: '2' })).rejects.toMatchObject({ code: 'already-exists' });
  });

  test('two administrators who remove each other at the same moment: one is left', async () => {
    await addUser('anna', 'admin');
    await addUser('bert', 'admin');
    const outcomes = await Promise.allSettled([store.users.delete('anna'), store.users.delete('bert')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await store.users.list({})).items).toHaveLength(1);
  });

  test('the set-up code is used up by one of two at once', async () => {
    await store.users.offerSetup({ hash: 'code', expiresAt: now + 1 });
    const user = (name: string) => ({ name, role: 'admin', passwordHash: 'hash' }) as const;
    const outcomes = await Promise.allSettled([
      store.users.setUp('code', user('anna')),
      store.users.setUp('code', user('bert')),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await store.users.exist()).toBe(true);
  });

  test('a wrong set-up code leaves the right one as it was', async () => {
    await store.users.offerSetup({ hash: 'code', expiresAt: now + 1 });
    const user = { name: 'anna', role: 'admin', passwordHash: 'hash' } as const;
    await expect(store.users.setUp('other', user)).rejects.toMatchObject({ code: 'not-signed-in' });
    await expect(store.users.setUp('code', user)).resolves.toMatchObject(user);
  });

  test('a session is found with its user until the next begins after it has expired', async () => {
    const anna = await addUser('anna');
    await addSession('one', anna.id, now + 10);
    expect(await store.sessions.find('one')).toMatchObject({
      csrfToken: 'csrf',
      user: { id: anna.id, name: 'anna', role: 'viewer' },
    });
    await store.sessions.extend('one', now + 20);
    now += 19;
    await addSession('two', anna.id, now + 10);
    now += 1;
    expect(await store.sessions.find('one')).toMatchObject({ expiresAt: now });
    await addSession('three', anna.id, now + 10);
    expect(await store.sessions.find('one')).toBeUndefined();
    expect(await store.sessions.find('two')).toBeDefined();
  });

  test('a new password and deletion end the sessions of that user and no others', async () => {
    const [anna, bert] = [await addUser('anna'), await addUser('bert')];
    await addSession('annas', anna.id, now + 10);
    await addSession('berts', bert.id, now + 10);
    await store.users.change('anna', { passwordHash: 'new' });
    expect(await store.sessions.find('annas')).toBeUndefined();
    await addSession('annas', anna.id, now + 10);
    await store.users.delete('anna');
    expect(await store.sessions.find('annas')).toBeUndefined();
    expect(await store.sessions.find('berts')).toBeDefined();
  });

  test('a token is found by its hash until it expires', async () => {
    const token = { name: 'deploy', role: 'operator', hash: 'h', createdBy: 'user:anna', expiresAt: now + 10 } as const;
    const { id } = await store.tokens.create(token);
    now += 9;
    await store.tokens.used(id);
    expect(await store.tokens.findByHash('h')).toMatchObject({ ...token, lastUsedAt: now });
    now += 1;
    expect(await store.tokens.findByHash('h')).toBeUndefined();
    await store.tokens.delete('deploy');
    await expect(store.tokens.delete('deploy')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('lists go page by page, by name', async () => {
    for (const name of ['c', 'a', 'b']) await addUser(name);
    const first = await store.users.list({ limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['a', 'b']);
    const second = await store.users.list({ limit: 2, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ items: [{ name: 'c' }], nextCursor: null });
  });
});
