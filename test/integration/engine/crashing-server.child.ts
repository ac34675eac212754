/**
 * A server in a process of its own that kills itself, as `kill -9` does, at a chosen point of its work.
 *
 * Each call through a seam is two points, before and after it: a commit of the holder of a lease, the end of a job, an
 * exchange with HAProxy, a change of record sets, a look at a name server. So every step that an issuance has, and
 * every one that it will get, is a point by itself.
 */
import { RuntimeSocket } from '@certfleet/haproxy';
import { DnsClient } from '@certfleet/plugins';
import { startServer } from '@certfleet/server';
import { Jobs } from '../../../packages/server/src/store/jobs.js';
import { Leases } from '../../../packages/server/src/store/leases.js';
import { Store } from '../../../packages/server/src/store/store.js';
import { serverOptions } from '../../harness/certfleet.js';
import type { FromChild, ToChild } from './crashing-server.js';

/** Undefined until it was told where to die. */
let deadly: number | string | undefined;
let passed = 0;

function pass(point: string): void {
  if (deadly === undefined) return;
  passed += 1;
  if (passed === deadly || point === deadly) process.kill(process.pid, 'SIGKILL');
  say({ passed: point });
}

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Makes each call of a method, if it is one that counts, two points. */
function seam<C extends object>(prototype: C, method: keyof C & string, counts: (...args: unknown[]) => boolean): void {
  const original = prototype[method] as Method;
  const watched: Method = async function (...args) {
    if (!counts(...args)) return original.apply(this, args);
    pass(`before ${method}`);
    const result = await original.apply(this, args);
    pass(`after ${method}`);
    return result;
  };
  Object.assign(prototype, { [method]: watched });
}

/** Not those of the jobs that run by the clock: they are no steps of an issuance and come at any time. */
const ofCertificate = (lease: unknown) => (lease as { lock: string }).lock.startsWith('certificate:');
const ofChannel = (lease: unknown) => (lease as { lock: string }).lock.startsWith('channel:');

seam(Store.prototype, 'fenced', lease => ofCertificate(lease) || ofChannel(lease));
seam(Jobs.prototype, 'complete', ofCertificate);
seam(Jobs.prototype, 'reschedule', ofCertificate);
// Around each change of record sets.
seam(Leases.prototype, 'take', () => true);
seam(Leases.prototype, 'release', () => true);
// Around each look whether name servers have what was written.
seam(DnsClient.prototype, 'txt', () => true);
seam(RuntimeSocket.prototype, 'ask', command => /(map|cert|crt-list) /.test(String(command)));

function say(message: FromChild): void {
  process.send?.(message);
}

process.on('message', async (message: ToChild) => {
  if ('serve' in message) {
    const { dataDir, storeUrl, dns, httpPorts, port } = message.serve;
    const masterKey = Buffer.from(message.serve.masterKey, 'hex');
    const listen = { address: '127.0.0.1', port };
    await startServer(await serverOptions(dataDir, { storeUrl, masterKey, listen, dns, httpPorts }));
    say({ serves: true });
  } else {
    deadly = message.dieAt;
    passed = 0;
    say({ counts: true });
  }
});
// Without its parent nobody would end it.
process.once('disconnect', () => process.exit());
