import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import { openStore } from './index.js';

test('bench', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'certfleet-bench-'));
  const store = await openStore({ url: `sqlite:${join(folder, 's.db')}`, masterKey: Buffer.alloc(32, 1) });
  const key = await store.keys.create({ purpose: 'account', custody: 'server', algorithm: 'ES256', publicKey: 'AA==' });
  const account = await store.accounts.create({ name: 'le', directoryUrl: 'https://x', keyId: key.id });
  const policy = await store.policies.create({
    name: 'default',
    accountIds: [account.id],
    keyAlgorithm: 'ecdsa-p256',
    keyOnRenewal: 'new',
    renewDaysBefore: null,
    profile: null,
    defaultSolverId: null,
  });
  const now = Date.now();
  const time = async (name: string, n: number, f: () => Promise<unknown>) => {
    await f();
    const t = performance.now();
    for (let i = 0; i < n; i++) await f();
    console.log(name.padEnd(40), ((performance.now() - t) / n).toFixed(3), 'ms');
  };
  const measure = async () => {
    await time('claim none', 50, () =>
      store.jobs.claim({ holder: 'a', now: now - 1e9, leaseMs: 1, limit: 8, kinds: ['keep-valid', 'x'] }),
    );
    await time('nextRunAt', 50, () => store.jobs.nextRunAt());
    await time('enqueue+claim+complete', 100, async () => {
      await store.jobs.enqueue({ kind: 'x', subject: 'hot', lock: 'hot', urgency: 1, runAt: now - 1e9 });
      for (const { lease, job } of await store.jobs.claim({ holder: 'a', now: now - 1e9, leaseMs: 1000, limit: 8 }))
        await store.jobs.complete(lease, job);
    });
    let n = 0;
    await time('one event (own commit)', 100, () =>
      store.events.append({ actor: 'a', action: 'b', outcome: 'succeeded', message: 'm' }),
    );
    await time('8 parallel transactions of event+setting', 50, () =>
      Promise.all(
        Array.from({ length: 8 }, () =>
          store.transaction(async tx => {
            await tx.events.append({ actor: 'a', action: 'b', outcome: 'succeeded', message: 'm' });
            await tx.settings.set(`k${n++ % 20}`, n);
          }),
        ),
      ),
    );
    await time('read setting', 200, () => store.settings.get('k1'));
    await time('dueForAri', 20, () => store.certificates.dueForAriCheck(now, 50));
    for (const sort of ['name', 'notAfter', '-renewal'] as const)
      await time(`list ${sort} 100`, 10, () => store.certificates.list({ sort, limit: 100 }));
    let cursor: string | null = null;
    await time('walk pages', 20, async () => {
      const p: { nextCursor: string | null } = await store.certificates.list({
        sort: 'notAfter',
        limit: 100,
        ...(cursor ? { cursor } : {}),
      });
      cursor = p.nextCursor;
    });
    await time('search rare', 5, () => store.certificates.list({ search: 'w99977', limit: 100 }));
    await time('search none', 5, () => store.certificates.list({ search: 'nothing-like-it', limit: 100 }));
    await time('search common', 5, () => store.certificates.list({ search: 'example', limit: 100 }));
    await time('status expired (none)', 5, () => store.certificates.list({ status: 'expired', limit: 100 }));
    await time('status valid none', 5, () => store.certificates.list({ status: 'valid', limit: 100 }));
    await time('label rare', 5, () => store.certificates.list({ label: 'team=t17', limit: 100 }));
    await time('label none', 5, () => store.certificates.list({ label: 'none', limit: 100 }));
    await time('detail', 20, () => store.certificates.detail('cert-000500'));
  };
  const fill = async (from: number, to: number) => {
    for (let i = from; i < to; i += 1000) {
      await store.transaction(async tx => {
        for (let j = i; j < i + 1000; j++) {
          const c = await tx.certificates.create({
            name: `cert-${String(j).padStart(6, '0')}`,
            policyId: policy.id,
            identifiers: [
              { type: 'dns', value: `w${j}.example.com`, solverId: null },
              { type: 'dns', value: `www.w${j}.example.com`, solverId: null },
            ],
            labels: { team: `t${j % 5000}` },
            notAfter: now + j * 1000,
            renewAt: now + j * 900,
            ariCheckAt: now + 1000 + j,
          });
          await tx.jobs.enqueue({
            kind: 'keep-valid',
            subject: c.id,
            lock: `certificate:${c.id}`,
            urgency: now + j,
            runAt: now + 1e9 + j,
          });
        }
      });
    }
  };
  await fill(0, 1000);
  console.log('--- 1,000');
  await measure();
  const t = performance.now();
  await fill(1000, 100000);
  console.log('--- 100,000; fill', performance.now() - t);
  await measure();
  await store.close();
  rmSync(folder, { recursive: true });
}, 300_000);
