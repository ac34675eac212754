import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ask, startRealServer, startService } from './fixture.js';

/** How many of `requests`, one after the other, each real server answered. */
async function spread(body: () => Promise<string>, requests: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < requests; i += 1) {
    const answer = await body();
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}

/** A real server that answers only when it is told to. */
async function startHolding() {
  const held: ServerResponse[] = [];
  let most = 0;
  const server = await startRealServer((_, response) => {
    held.push(response);
    most = Math.max(most, held.length);
  });
  const release = () => held.splice(0).forEach(response => void response.end('held'));
  return { server, held, release, most: () => most };
}

test('round-robin: all alike, whatever their weight; nothing new for a weight of 0', async () => {
  const { body } = await startService({ scheduling: 'round-robin' }, [{ weight: 1 }, { weight: 200 }, { weight: 0 }]);
  expect(await spread(body, 10)).toEqual({ 1: 5, 2: 5 });
});

test('weighted-round-robin: by weight', async () => {
  const { body } = await startService({ scheduling: 'weighted-round-robin' }, [{ weight: 10_000 }, { weight: 30_000 }]);
  const { 1: light = 0, 2: heavy = 0 } = await spread(body, 40);
  expect(light + heavy).toBe(40);
  // HAProxy spreads in its own order, so that a part of a round is not exact.
  expect(Math.abs(light - 10)).toBeLessThanOrEqual(1);
});

test('least-connection: not to the one that is busy', async () => {
  const busy = await startHolding();
  const { port, body } = await startService({ scheduling: 'least-connection' }, [busy.server, {}, {}]);
  // In turns as long as all are idle.
  const first: Promise<unknown>[] = [];
  while (busy.held.length === 0) {
    first.push(ask(port));
    await Promise.race([expect.poll(() => busy.held.length).toBe(1), first.at(-1)]);
  }
  const { 2: second = 0, 3: third = 0, ...others } = await spread(body, 10);
  expect(others).toEqual({});
  expect(second + third).toBe(10);
  busy.release();
  await Promise.all(first);
});

test('weighted-least-connection: connections at a time by weight', async () => {
  const [light, heavy] = [await startHolding(), await startHolding()];
  const { port } = await startService({ scheduling: 'weighted-least-connection' }, [
    { ...light.server, weight: 20 },
    { ...heavy.server, weight: 60 },
  ]);
  const asked = Array.from({ length: 8 }, () => ask(port));
  await expect.poll(() => [light.held.length, heavy.held.length]).toEqual([2, 6]);
  light.release();
  heavy.release();
  await Promise.all(asked);
});

test('source-hash: an address stays, addresses are spread', async () => {
  const { body } = await startService({ scheduling: 'source-hash' }, [{}, {}, {}]);
  const answers = new Set<string>();
  for (let i = 1; i <= 20; i += 1) {
    const localAddress = `127.0.1.${i}`;
    const first = await body({ localAddress });
    expect(await body({ localAddress })).toBe(first);
    answers.add(first);
  }
  expect(answers.size).toBe(3);
});

test('url-hash: a path stays whatever its query, paths are spread', async () => {
  const { body } = await startService({ scheduling: 'url-hash' }, [{}, {}, {}]);
  const answers = new Set<string>();
  for (let i = 1; i <= 20; i += 1) {
    const first = await body({ path: `/page/${i}` });
    expect(await body({ path: `/page/${i}?a=${i}` })).toBe(first);
    answers.add(first);
  }
  expect(answers.size).toBe(3);
});

test('url-hash: over HTTP/2, where requests name scheme and host, it is the same real server', async () => {
  const { body, port } = await startService({ scheduling: 'url-hash' }, [{}, {}, {}, {}, {}]);
  const session = connect(`http://127.0.0.1:${port}`);
  for (let i = 1; i <= 10; i += 1) {
    const first = await body({ path: `/page/${i}` });
    for (const authority of ['a.example.com', 'b.example.com'])
      expect(await text(session.request({ ':path': `/page/${i}`, ':authority': authority }))).toBe(first);
  }
  session.close();
  await once(session, 'close');
});

test('fixed-weight: the heaviest that is up takes everything, then the next, never a weight of 0', async () => {
  const weights = [10, 65_535, 500, 0].map(weight => ({ weight }));
  const { body, runtime, instance } = await startService({ scheduling: 'fixed-weight' }, weights);
  expect(await spread(body, 5)).toEqual({ 2: 5 });
  await runtime.run('set server pool1/rs2 health down');
  expect(await spread(body, 5)).toEqual({ 3: 5 });
  await runtime.run('set server pool1/rs3 state maint');
  expect(await spread(body, 5)).toEqual({ 1: 5 });
  await runtime.run('set server pool1/rs2 health up');
  expect(await spread(body, 5)).toEqual({ 2: 5 });
  for (const server of ['rs1', 'rs2', 'rs3']) await runtime.run(`set server pool1/${server} state maint`);
  expect((await spread(body, 1))['4']).toBeUndefined();
  expect((await instance.readStatus())[0]?.state).toBe('down');
});

test('a connection limit: what comes beyond goes to another one, or waits', async () => {
  const [one, two] = [await startHolding(), await startHolding()];
  const { port, instance } = await startService({ scheduling: 'weighted-round-robin' }, [
    { ...one.server, weight: 255, connectionLimit: 1 },
    { ...two.server, weight: 1, connectionLimit: 2 },
  ]);
  const asked = Array.from({ length: 6 }, () => ask(port));
  await expect.poll(() => [one.held.length, two.held.length]).toEqual([1, 2]);
  const [status] = await instance.readStatus();
  expect(status?.load.currentSessions).toBe(6);
  expect(status?.realServers.map(({ load }) => load.currentSessions)).toEqual([1, 2]);
  let answered = 0;
  for (const each of asked) each.then(() => (answered += 1));
  await expect
    .poll(() => {
      one.release();
      two.release();
      return answered;
    })
    .toBe(6);
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect([one.most(), two.most()]).toEqual([1, 2]);
});
