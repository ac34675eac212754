/**
 * Killed with SIGKILL between every two steps of telling and started again: each notice arrives; twice at most, and then
 * in the same message with the same id; nothing is left to tell.
 */
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../../packages/server/src/store/index.js';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { type CrashingServer, startCrashingServer } from '../engine/crashing-server.js';
import { days } from '../engine/fleet.js';
import { eventually } from '../engine/waiting.js';
import { certificateFor } from './certificate.js';
import { type Listener, startListener } from './listener.js';

/** Before and after the message is written down, before and after it is written down that it was told. */
const points = [1, 2, 3, 4];

let certfleet: Certfleet;
let child: CrashingServer;
let listener: Listener;
let closeListener: () => Promise<void>;

beforeAll(async () => {
  certfleet = await startCertfleet();
  listener = await startListener(close => {
    closeListener = close;
  });
  for (const point of points) {
    const config = { url: listener.url };
    const channel = {
      name: `killed-${point}`,
      type: 'webhook',
      config,
      collectSeconds: 0,
      labels: [`killed-${point}`],
    };
    await certfleet.api.call(operations.channel.create, { body: channel });
  }
  await certfleet.stop();
  child = startCrashingServer(certfleet);
  await child.serve();
});
afterAll(async () => {
  child.kill();
  await child.gone;
  const { storeUrl: url, masterKey } = certfleet.options;
  const store = await openStore({ url, masterKey });
  try {
    for (const { id } of (await store.channels.list()).items) {
      expect(await store.notices.nextAt(id, 0)).toBeNull();
      expect(await store.notices.waiting([id])).toEqual(new Map());
    }
  } finally {
    await store.close();
    await certfleet.restart();
    await certfleet.destroy();
    await closeListener();
  }
});

test.each(points)('killed at point %i', async point => {
  const { api } = certfleet;
  const name = `killed-${point}`;
  const file = await certificateFor(`${name}.example.org`, Date.now() - days(85), Date.now() + days(5));
  await child.dieAt(point);
  // It may be dead before it has answered, which is seen in one of two ways; what it tells is committed with the import.
  await api
    .call(operations.certificate.import, { body: { name, file, labels: { [name]: '' } } })
    .catch((error: NodeJS.ErrnoException) =>
      expect(['ECONNRESET', 'UND_ERR_SOCKET'], String(error)).toContain(error.code),
    );
  await child.gone;
  child = startCrashingServer(certfleet);
  await child.serve();

  await eventually(
    () => api.call(operations.channel.show, { params: { name } }),
    ({ waiting, lastSentAt }) => waiting === 0 && lastSentAt !== null,
  );
  const told = listener.digests.filter(({ notices }) => notices.some(({ certificate }) => certificate === name));
  expect(new Set(told.map(({ id }) => id)).size).toBe(1);
  // Only killed between what the receiver took and what is written about it, it tells it twice.
  expect(told).toHaveLength(point === 3 ? 2 : 1);
});
