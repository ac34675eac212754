/** Changes of virtual services on their way to HAProxy: several at once, some that it refuses, and while it is away. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { operations } from '@certfleet/contract';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { DomainError } from '../../../packages/server/src/domain/errors.js';
import { refusal, startServices } from './services.js';

const services = await startServices();
const { api, engine, store, create, configuration } = services;
afterAll(() => services.certfleet.destroy());

const ops = operations.virtualService;

test('changes that come together: the one that HAProxy refuses does not cost the others', async () => {
  const [first, changed, extended, deleted] = [
    await create('http'),
    await create('http'),
    await create('http'),
    await create('http'),
  ];
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;

  const run = vi.spyOn(engine.loadBalancers.changes, 'run');
  const apply = vi.spyOn(engine.loadBalancers, 'apply');
  onTestFinished(() => {
    run.mockRestore();
    apply.mockRestore();
  });
  const change = (index: number) => api.call(ops.change, { params: { index }, body: { scheduling: 'url-hash' } });
  const begun = new Promise<() => void>(begin => {
    apply.mockImplementationOnce(() => new Promise(goOn => begin(goOn)));
  });
  const before = change(first.index);
  const goOn = await begun;
  const together = [
    refusal(api.call(ops.create, { body: { address: '127.0.0.1', port, type: 'http' } })),
    change(changed.index),
    api.call(ops.addRealServer, { params: { index: extended.index }, body: { address: '127.0.0.1', port: 9002 } }),
    api.call(ops.delete, { params: { index: deleted.index } }),
  ] as const;
  await expect.poll(() => run.mock.calls.length, { timeout: 30_000 }).toBe(1 + together.length);
  goOn();
  await before;
  const [problem, ...others] = await Promise.all(together);
  expect(problem.code).toBe('port-in-use');
  expect(others.slice(0, 2)).toMatchObject([
    { index: changed.index, scheduling: 'url-hash' },
    { index: extended.index, realServers: [{}, { port: 9002 }] },
  ]);
  expect(await store.virtualServices.find(deleted.index)).toBeUndefined();
  expect(configuration()).not.toContain(`frontend vs${deleted.index}\n`);
  const { scheduling } = await store.virtualServices.get(changed.index);
  expect({ scheduling, live: configuration().match(/balance uri/g) }).toMatchObject({ scheduling: 'url-hash' });
  expect(configuration()).not.toContain(`:${port}\n`);
});

test('deleted while HAProxy can not be changed: it is deleted, and HAProxy follows', async () => {
  const { index, port } = await create('http');
  const apply = vi.spyOn(engine.loadBalancers, 'apply');
  onTestFinished(() => apply.mockRestore());
  apply.mockRejectedValueOnce(new DomainError('haproxy-unavailable', 'HAProxy does not answer.'));
  await api.call(ops.delete, { params: { index } });
  expect(await store.virtualServices.find(index)).toBeUndefined();
  const { items } = await store.events.list({ subject: `virtual-service:${index}`, limit: 1 });
  expect(items[0]).toMatchObject({
    outcome: 'succeeded',
    message: `Virtual service ${index}, http on 127.0.0.1:${port} was deleted in the store. HAProxy goes on as before until it can be changed: HAProxy does not answer.`,
  });
});

test('a virtual service that is disabled proves no name', async () => {
  const { index } = await create('http');
  const present = () => engine.loadBalancers.presentChallenges(index, []);
  await present();
  await api.call(ops.change, { params: { index }, body: { enabled: false } });
  await expect(present()).rejects.toMatchObject({
    reason: 'config',
    message: `Virtual service ${index} is disabled, so it can't answer a challenge. Enable it, or prove the name by another solver.`,
  });
});
