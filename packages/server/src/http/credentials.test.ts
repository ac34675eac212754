import { verify } from '@node-rs/argon2';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { minutes } from '../domain/time.js';
import type { UserRecord, Users } from '../store/users.js';
import { Attempts } from './attempts.js';
import { Credentials } from './credentials.js';
import { hashPassword } from './password.js';

// The real one, counted.
vi.mock('@node-rs/argon2', async original => {
  const argon2 = await original<typeof import('@node-rs/argon2')>();
  return { ...argon2, verify: vi.fn(argon2.verify) };
});

const address = '192.0.2.1';
let anna: UserRecord;
beforeAll(async () => {
  const passwordHash = await hashPassword('correct horse');
  anna = { id: '1', name: 'anna', role: 'viewer', passwordHash, createdAt: 0, lastSignInAt: null };
});

let now: number;
let credentials: Credentials;
beforeEach(() => {
  now = 1_000_000;
  const clock = { now: () => now, random: () => 0.5 };
  const users = { findByName: async (name: string) => (name === anna.name ? anna : undefined) };
  credentials = new Credentials(users as Users, new Attempts(clock.now), clock);
  vi.mocked(verify).mockClear();
});

/** How many slow hashes a check costs. */
async function hashesOf(name: string, password: string): Promise<number> {
  vi.mocked(verify).mockClear();
  await credentials.check(name, password, address).catch(() => 'refused');
  return vi.mocked(verify).mock.calls.length;
}

test('a password is hashed once in ten minutes, not once for each request', async () => {
  expect(await hashesOf('anna', 'correct horse')).toBe(1);
  expect(await hashesOf('anna', 'correct horse')).toBe(0);
  now += minutes(10) - 1;
  expect(await hashesOf('anna', 'correct horse')).toBe(0);
  now += 1;
  expect(await hashesOf('anna', 'correct horse')).toBe(1);
});

test('a wrong password is not remembered as right, and costs its hash each time', async () => {
  await hashesOf('anna', 'correct horse');
  expect(await hashesOf('anna', 'wrong')).toBe(1);
  expect(await hashesOf('anna', 'wrong')).toBe(1);
  await expect(credentials.check('anna', 'wrong', address)).rejects.toMatchObject({ code: 'not-signed-in' });
});

test('a name that there is not costs the same work as one that there is', async () => {
  expect(await hashesOf('nobody', 'correct horse')).toBe(1);
  await expect(credentials.check('nobody', 'correct horse', address)).rejects.toMatchObject({ code: 'not-signed-in' });
});

test('a changed password is forgotten at once', async () => {
  await hashesOf('anna', 'correct horse');
  anna = { ...anna, passwordHash: await hashPassword('battery staple') };
  await expect(credentials.check('anna', 'correct horse', address)).rejects.toMatchObject({ code: 'not-signed-in' });
});
