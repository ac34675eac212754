import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OpenStore } from '../../../packages/server/src/store/index.js';
import { databases, open } from './databases.js';
import { createCertificate, createPolicy } from './fleet.js';

describe.each(databases)('defaults of targets on $name', databases => {
  let store: OpenStore;
  let ids: Record<string, string>;
  let now = Date.UTC(2027, 0, 1);
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    store = await open(await databases.create(), { clock: { now: () => (now += 1000) } });
    const policy = await createPolicy(store);
    ids = {};
    for (const name of ['a', 'b', 'c']) ids[name] = (await createCertificate(store, policy, name)).id;
    return () => store.close();
  });

  const target = async (name: string, virtualService: number) => {
    const config = { virtualService };
    return (await store.targets.create({ name, type: 'virtual-service', config, secrets: null })).id;
  };
  const assign = (name: string, targetId: string, isDefault = true) =>
    store.assignments.create({ certificateId: ids[name] ?? '', targetId, isDefault });
  const defaults = async (...targetIds: string[]) =>
    (await store.assignments.onTargets(targetIds)).filter(({ isDefault }) => isDefault).map(one => one.certificate);

  test('one is assigned as the default: the one that was it is not any more', async () => {
    const [here, elsewhere] = [await target('vs-2', 2), await target('vs-3', 3)];
    expect(await assign('a', here)).toMatchObject({ isDefault: true, formerDefaults: [] });
    await assign('c', elsewhere);
    expect(await assign('b', here)).toMatchObject({ isDefault: true, formerDefaults: ['a'] });
    expect(await assign('c', here, false)).toMatchObject({ isDefault: false, formerDefaults: [] });
    expect(await defaults(here)).toEqual(['b']);
    expect(await defaults(elsewhere)).toEqual(['c']);
    expect(await store.assignments.defaultOf(here)).toBe('b');
  });

  test('two targets of one virtual service have one default', async () => {
    const both = [await target('vs-2', 2), await target('mine', 2)] as const;
    await assign('a', both[0]);
    expect(await assign('b', both[1])).toMatchObject({ formerDefaults: ['a'] });
    expect(await defaults(...both)).toEqual(['b']);
  });

  test('of several that become the default at once, one does', async () => {
    const vs2 = await target('vs-2', 2);
    await Promise.all(['a', 'b', 'c'].map(name => assign(name, vs2)));
    const all = await store.assignments.onTargets([vs2]);
    expect(all.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    await Promise.all(all.map(each => store.assignments.makeDefault(each)));
    expect(await defaults(vs2)).toHaveLength(1);
  });

  test('what was refused has cost nobody the default', async () => {
    const vs2 = await target('vs-2', 2);
    await assign('a', vs2, false);
    await assign('b', vs2);
    await expect(assign('a', vs2)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await defaults(vs2)).toEqual(['b']);
  });

  test('who was the default is known, the latest first, and nobody else', async () => {
    const vs2 = await target('vs-2', 2);
    const a = await assign('a', vs2);
    const b = await assign('b', vs2);
    const c = await assign('c', vs2, false);
    const others = async (of: typeof a) =>
      (await store.assignments.otherDefaults(of)).map(({ certificate }) => certificate);
    expect(await others(b)).toEqual(['a']);
    expect(await others(c)).toEqual(['b', 'a']);
    expect(await store.assignments.makeDefault(c)).toEqual(['b']);
    expect(await store.assignments.makeDefault(a)).toEqual(['c']);
    expect(await others(a)).toEqual(['c', 'b']);
    expect(await others(b)).toEqual(['a', 'c']);
  });
});
