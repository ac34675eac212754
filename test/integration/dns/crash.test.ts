/** Killed with SIGKILL around everything that is done to a zone: the next process leaves nothing in it. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CrashingServer, startCrashingServer } from '../engine/crashing-server.js';
import { certificateBecomes, certificateGets, certificateIs } from '../engine/waiting.js';
import { type DnsFleet, startDnsFleet } from './dns-fleet.js';

const zones = ['example.org', 'example.com'];
let fleet: DnsFleet;
let server: CrashingServer;
let spare: CrashingServer;

beforeAll(async () => {
  const records = { 'example.org': ['_acme-challenge.moved CNAME before.example.com.'] };
  fleet = await startDnsFleet({ bind: { zones, records } });
  server = startCrashingServer(fleet.certfleet);
  spare = startCrashingServer(fleet.certfleet);
  await fleet.certfleet.stop();
  await server.serve();
});
afterAll(async () => {
  for (const child of [server, spare]) {
    child.kill();
    await child.gone;
  }
  await fleet.certfleet.restart();
  await fleet.stop();
});

/** Asks for a certificate, and waits for the death that follows. */
async function dieOf(name: string): Promise<void> {
  const identifiers = [`${name}.example.org`, `*.${name}.example.org`, `${name}.example.com`];
  await fleet.request(name, identifiers).catch(error => expect(server.isGone, String(error)).toBe(true));
  await server.gone;
}

async function startAgain(): Promise<void> {
  server = spare;
  spare = startCrashingServer(fleet.certfleet);
  await server.serve();
}

describe('killed', () => {
  test.each<[string, string, boolean]>([
    ['with a lease on the record sets, before they are changed', 'after take', false],
    ['with the records in the zone and the lease still held', 'before release', true],
    ['with the records in the zone', 'after release', true],
    ['while name servers are asked for them', 'before txt', true],
  ])('%s', { timeout: 120_000 }, async (_, point, written) => {
    const name = point.replace(' ', '-');
    await server.dieAt(point);
    await dieOf(name);
    expect((await fleet.left()).length > 0).toBe(written);
    await startAgain();
    await certificateBecomes(fleet.api, name, 1);
    await expect.poll(() => fleet.left(), { timeout: 30_000 }).toEqual([]);
  });

  test.each(['challenge', 'finalize'] as const)('when the CA is asked: %s', { timeout: 120_000 }, async endpoint => {
    const name = `asked-${endpoint}`;
    fleet.proxy.inject(endpoint, async (_seen, forward) => {
      await forward();
      server.kill();
      return 'drop';
    });
    await dieOf(name);
    await startAgain();
    await certificateBecomes(fleet.api, name, 1);
    await expect.poll(() => fleet.left(), { timeout: 30_000 }).toEqual([]);
  });

  test('and the alias points elsewhere afterwards: taken away where it was put', { timeout: 120_000 }, async () => {
    await server.dieAt('after release');
    await fleet.request('moved', ['moved.example.org']).catch(error => expect(server.isGone, String(error)).toBe(true));
    await server.gone;
    expect(await fleet.left()).toEqual([expect.stringMatching(/^before\.example\.com /)]);
    await fleet.bind.setAlias('example.org', '_acme-challenge.moved.example.org', 'after.example.com');
    await startAgain();
    // The order that was running is lost with its value at the old place. The next one comes after a minute.
    await certificateIs(fleet.api, 'moved', ({ lastError }) => lastError !== null);
    await expect.poll(() => fleet.left(), { timeout: 30_000 }).toEqual([]);
    await fleet.api.call(operations.certificate.renew, { params: { name: 'moved' } });
    await certificateGets(fleet.api, 'moved', 1);
    await expect.poll(() => fleet.left(), { timeout: 30_000 }).toEqual([]);
  });
});
