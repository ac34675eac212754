/**
 * Killed with SIGKILL between every two steps and started again: one order is finalized, no key is lost, no challenge
 * is left behind, and what HAProxy serves is what is stored. What counts as a step: crashing-server.child.ts.
 */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenStore, openStore } from '../../../packages/server/src/store/index.js';
import type { Endpoint, Fault } from '../../harness/fault-proxy.js';
import { type CrashingServer, startCrashingServer } from './crashing-server.js';
import { carries, type Fleet, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

/** A fleet whose server is a child process. The next one stands by with its code loaded, since that takes longest. */
class CrashingFleet {
  readonly fleet: Fleet;
  #child: CrashingServer;
  #spare: CrashingServer;

  constructor(fleet: Fleet) {
    this.fleet = fleet;
    this.#child = startCrashingServer(fleet.certfleet);
    this.#spare = startCrashingServer(fleet.certfleet);
  }

  get child(): CrashingServer {
    return this.#child;
  }

  async start(): Promise<void> {
    await this.fleet.certfleet.stop();
    await this.#child.serve();
  }

  /** Waits until the server is dead and starts it again. */
  async startAgain(): Promise<void> {
    await this.#child.gone;
    this.#child = this.#spare;
    this.#spare = startCrashingServer(this.fleet.certfleet);
    await this.#child.serve();
  }

  /** Ends the processes, looks into the store that they leave, and ends everything else. */
  async end(look: (store: OpenStore) => Promise<void>): Promise<void> {
    for (const process of [this.#child, this.#spare]) {
      process.kill();
      await process.gone;
    }
    const { storeUrl: url, masterKey } = this.fleet.certfleet.options;
    const store = await openStore({ url, masterKey });
    try {
      await look(store);
    } finally {
      await store.close();
      await this.fleet.certfleet.restart();
      await this.fleet.stop();
    }
  }
}

/** Two of them, so that both cores of a small machine have something to do. */
const crashing = await Promise.all([startFleet(), startFleet()].map(async fleet => new CrashingFleet(await fleet)));
const [first] = crashing as [CrashingFleet, CrashingFleet];
const finished: { fleet: CrashingFleet; name: string }[] = [];

beforeAll(() => Promise.all(crashing.map(one => one.start())));

afterAll(() =>
  Promise.all(
    crashing.map(one =>
      one.end(async store => {
        expect(await store.challenges.uncleaned()).toEqual([]);
        for (const { name } of finished.filter(({ fleet }) => fleet === one)) {
          const { id, currentVersionId } = await store.certificates.byName(name);
          const { items } = await store.orders.ofCertificate(id);
          expect(items.map(({ state, versionId }) => [name, state, versionId])).toEqual([
            [name, 'done', currentVersionId],
          ]);
        }
      }),
    ),
  ),
);

/** What must hold for a certificate in the end, whatever happened on the way. */
async function expectWhole(one: CrashingFleet, name: string): Promise<void> {
  const { api, httpsPort, proxy, challenges } = one.fleet;
  const { version } = await certificateBecomes(api, name, 1);
  const { items } = await api.call(operations.certificate.versions, { params: { name } });
  expect(items).toHaveLength(1);
  const serverName = `${name}.example.com`;
  const finalized = proxy.to('finalize').filter(seen => carries(seen, serverName));
  expect(new Set(finalized.map(({ path }) => path)).size).toBe(1);

  const { leaf } = await readServedCertificate({ address: '127.0.0.1', port: httpsPort, serverName });
  expect(leaf.serialNumber.toLowerCase()).toBe(version?.serial);
  const exported = await api.call(operations.certificate.exportKey, { params: { name }, body: {} });
  const key = createPrivateKey(exported.privateKey ?? '');
  expect(new X509Certificate(exported.certificate).checkPrivateKey(key)).toBe(true);
  expect(createPublicKey(key).equals(leaf.publicKey)).toBe(true);
  await expect.poll(challenges, { timeout: 30_000 }).toEqual([]);
  finished.push({ fleet: one, name });
}

test('killed before and after each of its own steps', { timeout: 600_000 }, async () => {
  const died: string[] = [];
  let point = 0;
  let isBeyondTheLast = false;
  await Promise.all(
    crashing.map(async one => {
      while (!isBeyondTheLast) {
        point += 1;
        const name = `step-${point}`;
        await one.child.dieAt(point);
        // The connection may be known to be broken before the process is known to be gone.
        const isAnswered = await one.fleet.request(name).then(
          () => true,
          async error => {
            await expect.poll(() => one.child.isGone, { timeout: 30_000, message: String(error) }).toBe(true);
            return false;
          },
        );
        // The end of the job that deploys is the last step.
        const isOver = () => one.child.isGone || one.child.passed.includes('after complete');
        await expect.poll(isOver, { timeout: 60_000, interval: 20 }).toBe(true);
        if (one.child.isGone) {
          died.push(one.child.passed.at(-1) ?? 'the request');
          await one.startAgain();
          // The step was perhaps another job's, before the request was taken: who got no answer asks again.
          if (!isAnswered)
            await one.fleet.request(name).catch(error => expect(error).toMatchObject({ problem: { status: 409 } }));
        } else {
          isBeyondTheLast = true;
          await one.child.dieAt(0);
        }
        await expectWhole(one, name);
      }
    }),
  );
  // Some 40: the number goes with how often the CA is polled.
  expect(died.length).toBeGreaterThan(30);
  for (const step of ['before fenced', 'before ask', 'before reschedule']) expect(died).toContain(step);
});

// How often the CA is polled differs from run to run, and so does the number of the last steps: they have names.
test.each(['before complete', 'after complete'])('killed %s of its last job', { timeout: 120_000 }, async point => {
  const name = `last-${point.replace(' ', '-')}`;
  await first.child.dieAt(point);
  await first.fleet.request(name);
  await first.child.gone;
  await first.startAgain();
  await expectWhole(first, name);
});

describe('killed while the CA is asked', () => {
  const kill = (): Promise<'drop'> => {
    first.child.kill();
    return Promise.resolve('drop');
  };
  const before: Fault = kill;
  const after: Fault = async (_seen, forward) => {
    await forward();
    return kill();
  };
  const endpoints: Endpoint[] = ['newOrder', 'authorization', 'challenge', 'order', 'finalize', 'certificate'];

  test.each(
    endpoints.flatMap((endpoint): [Endpoint, string, Fault][] => [
      [endpoint, 'before', before],
      [endpoint, 'after', after],
    ]),
  )('%s, %s the CA has acted', async (endpoint, when, fault) => {
    const name = `asked-${endpoint}-${when}`.toLowerCase();
    first.fleet.proxy.inject(endpoint, fault);
    await first.fleet.request(name).catch(error => expect(first.child.isGone, String(error)).toBe(true));
    await first.startAgain();
    await expectWhole(first, name);
  });
});
