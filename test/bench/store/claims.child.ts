/** A process that does what a scheduler does with a store when certificates are due. Arguments: URL, rounds. */
import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../report.js';
import { dueCount, masterKey } from './fill.js';
import { openStore } from './server-store.js';

/** What it writes to standard output, as JSON. */
export interface ClaimsResult {
  /** Milliseconds for finding and starting all that is due: the median. */
  milliseconds: number;
  /** CPU of this process for the same, on average. */
  cpuMs: number;
  /** Resident memory of the process at the end. */
  memoryMb: number;
}

const [url = '', rounds = '0'] = process.argv.slice(2);
const store = await openStore({ url, masterKey });
const times: number[] = [];
let cpu = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  await store.jobs.nextRunAt();
  const now = Date.now();
  const claimed = await store.jobs.claim({ holder: 'bench', now, leaseMs: 60_000, limit: 8 * dueCount });
  // What a job reads before it knows what to do.
  for (const { job } of claimed) {
    await store.certificates.get(job.subject);
    await store.versions.current(job.subject);
    await store.orders.active(job.subject);
    await store.challenges.leftOver(job.subject);
  }
  times.push(performance.now() - started);
  const { user, system } = process.cpuUsage(cpuBefore);
  cpu += (user + system) / 1000;
  if (claimed.length !== dueCount) throw new Error(`${claimed.length} jobs were due instead of ${dueCount}.`);
  for (const { job, lease } of claimed) {
    await store.jobs.reschedule(lease, job, { runAt: now - 1, attempt: 0, error: null });
  }
}
// Garbage that happens to lie around would be measured otherwise.
globalThis.gc?.();
await delay(100);
const result: ClaimsResult = {
  milliseconds: median(times),
  cpuMs: cpu / times.length,
  memoryMb: process.memoryUsage.rss() / 1_048_576,
};
console.log(JSON.stringify(result));
await store.close();
