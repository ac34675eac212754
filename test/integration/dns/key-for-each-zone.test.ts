/** Zones with keys of their own: a DNS account for each, and domains that say which one proves what. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificateBecomes, certificateFails } from '../engine/waiting.js';
import { type DnsFleet, startDnsFleet } from './dns-fleet.js';

const zones = ['example.org', 'inside.example.org', 'example.com'] as const;
const accounts = ['org', 'inside', 'com'] as const;
let fleet: DnsFleet;

beforeAll(async () => {
  // Each zone takes one key, of another algorithm each.
  const keysOf = Object.fromEntries(zones.map((zone, index) => [zone, [index]]));
  fleet = await startDnsFleet({ bind: { zones, keysOf } });
  for (const [index, name] of accounts.entries()) {
    await fleet.addAccount(name, { ...fleet.bind.keys[index] });
    const body = { pattern: `.${zones[index]}`, solver: name };
    await fleet.api.call(operations.domain.create, { body });
  }
});
afterAll(() => fleet.stop());

test('one certificate over all of them: each zone is changed with its own key', { timeout: 60_000 }, async () => {
  await fleet.request('all', ['example.org', '*.example.org', 'a.inside.example.org', 'www.example.com']);
  await certificateBecomes(fleet.api, 'all', 1);
  await expect.poll(() => fleet.left(), { timeout: 30_000 }).toEqual([]);
});

test("another zone's key is refused, and nothing is written", { timeout: 60_000 }, async () => {
  const identifiers = [{ value: 'a.inside.example.org', solver: 'org' }];
  await fleet.api.call(operations.certificate.request, { body: { name: 'other', identifiers } });
  await certificateFails(fleet.api, 'other', 'REFUSED');
  expect(await fleet.left()).toEqual([]);
});
