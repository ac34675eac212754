import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { openStore } from './index.js';

test('bench', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-bench-'));
  const store = await openStore({ url: `sqlite:${join(folder, 's.db')}`, masterKey: Buffer.alloc(32, 1) });
  const now = Date.now();
  const time = async (name: string, n: number, f: () => Promise<unknown>) => {
    for (let i = 0; i < 20; i++) await f();
    const t = performance.now();
    const c = process.cpuUsage();
    for (let i = 0; i < n; i++) await f();
    const d = process.cpuUsage(c);
    console.log(
      name.padEnd(40),
      ((performance.now() - t) / n).toFixed(3),
      'ms',
      ((d.user + d.system) / 1000 / n).toFixed(3),
      'cpu',
    );
  };
  await time('empty tx', 200, () => store.transaction(async () => 1));
  await time('read', 200, () => store.settings.get('x'));
  await time('set', 200, () => store.settings.set('x', 1));
  await time('set in tx', 200, () => store.transaction(tx => tx.settings.set('x', 1)));
  await time('enqueue', 200, () =>
    store.jobs.enqueue({ kind: 'y', subject: 'hot', lock: 'hot', urgency: 1, runAt: now }),
  );
  await time('claim none', 200, () => store.jobs.claim({ holder: 'a', now: now - 1e9, leaseMs: 1, limit: 8 }));
  let s = 0;
  for (let i = 0; i < 300; i++)
    await store.jobs.enqueue({ kind: 'x', subject: `${i}`, lock: `${i}`, urgency: 1, runAt: now - 1e9 });
  const claimed: Awaited<ReturnType<typeof store.jobs.claim>> = [];
  await time('claim one', 200, async () =>
    claimed.push(...(await store.jobs.claim({ holder: 'a', now: now - 1e9, leaseMs: 1000, limit: 1 }))),
  );
  await time('complete', 200, async () => {
    const c = claimed[s++];
    if (c) await store.jobs.complete(c.lease, c.job);
  });
  await store.close();
  rmSync(folder, { recursive: true });
}, 300_000);
