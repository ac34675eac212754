import { describe, expect, test } from 'vitest';
import { NoncePool, toNonce } from './nonce.js';

describe('the nonce pool', () => {
  test('hands out the newest first, each only once', () => {
    const pool = new NoncePool();
    pool.add('one', 1);
    pool.add('two', 2);
    expect([pool.take()?.value, pool.take()?.value, pool.take()]).toEqual(['two', 'one', undefined]);
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['with characters outside base64url (RFC 8555 §6.5.1)', 'a+b/c='],
    ['with a line break', 'abc\r\nX: y'],
  ])('ignores a Replay-Nonce that is %s', (_, value) => {
    const pool = new NoncePool();
    pool.add(value, 1);
    expect(pool.size).toBe(0);
  });

  test('does not grow without end, and forgets the oldest', () => {
    const pool = new NoncePool();
    for (let i = 0; i < 1000; i += 1) pool.add(`n${i}`, i);
    expect(pool.size).toBe(64);
    expect(pool.take()?.value).toBe('n999');
  });

  test('throws away what is older than a nonce that was refused after lying there for long', () => {
    const pool = new NoncePool();
    pool.add('older', 1_000);
    pool.add('newer', 3_000);
    pool.refused({ value: 'refused', receivedAt: 2_000 }, 60_000);
    expect([pool.take()?.value, pool.take()]).toEqual(['newer', undefined]);
  });

  test('keeps the others when a fresh nonce is refused, as Pebble does for practice', () => {
    const pool = new NoncePool();
    pool.add('older', 1_000);
    pool.refused({ value: 'refused', receivedAt: 2_000 }, 2_500);
    expect(pool.size).toBe(1);
  });
});

test('a nonce knows when it came', () => {
  expect(toNonce('abc', 5)).toEqual({ value: 'abc', receivedAt: 5 });
});
