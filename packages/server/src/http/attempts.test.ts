import { expect, test } from 'vitest';
import { hours } from '../domain/time.js';
import { Attempts } from './attempts.js';
import { TooManyAttempts } from './problem.js';

/** Attempts with a clock of their own. */
function start() {
  let now = 1_000_000;
  const attempts = new Attempts(() => now);
  return {
    attempts,
    pass(milliseconds: number) {
      now += milliseconds;
    },
    /** Fails once, as soon as that is allowed; returns the seconds that had to be waited. */
    fail(name: string, address: string): number {
      try {
        attempts.begin(name, address);
        return 0;
      } catch (error) {
        if (!(error instanceof TooManyAttempts)) throw error;
        now += error.retryAfter * 1000;
        attempts.begin(name, address);
        return error.retryAfter;
      }
    },
  };
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

test('at one name from many addresses: five are free, then the wait doubles up to a minute', () => {
  const { fail } = start();
  const waits = times(14).map(n => fail('anna', `192.0.2.${n}`));
  expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('from one address at many names: twenty are free, then the wait doubles up to a quarter of an hour', () => {
  const { fail } = start();
  const waits = times(32).map(n => fail(`user${n}`, '192.0.2.1'));
  expect(waits).toEqual([...times(20).map(() => 0), 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
});

test('a hundred at once are limited like a hundred in a row: each counts before its outcome is known', () => {
  const { attempts } = start();
  const allowed = times(100).filter(() => {
    try {
      attempts.begin('anna', '192.0.2.1');
      return true;
    } catch {
      return false;
    }
  });
  expect(allowed).toHaveLength(5);
});

test('success cleans the name', () => {
  const { attempts, fail } = start();
  for (const n of times(4)) fail('anna', `192.0.2.${n}`);
  attempts.begin('anna', '192.0.2.9');
  attempts.succeeded('anna', '192.0.2.9');
  expect(times(6).map(n => fail('anna', `198.51.100.${n}`))).toEqual([0, 0, 0, 0, 0, 1]);
});

test('success gives the address one back and no more', () => {
  const { attempts, fail } = start();
  for (const n of times(19)) fail(`user${n}`, '192.0.2.1');
  for (const _ of times(3)) {
    attempts.begin('anna', '192.0.2.1');
    attempts.succeeded('anna', '192.0.2.1');
  }
  expect(fail('other', '192.0.2.1'), 'the twentieth failure').toBe(0);
  expect(fail('other', '192.0.2.1')).toBe(2);
});

test('after an hour without an attempt, all is forgotten', () => {
  const { fail, pass } = start();
  for (const _ of times(9)) fail('anna', '192.0.2.1');
  pass(hours(1));
  expect(times(5).map(() => fail('anna', '192.0.2.1'))).toEqual([0, 0, 0, 0, 0]);
});

test.each([
  ['a /64 of IPv6 is one address', '2001:db8:0:1::1', '2001:DB8::1:ffff:2:3:4', true],
  ['the next /64 is another', '2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ['IPv4 in IPv6 is that IPv4 address', '::ffff:192.0.2.1', '192.0.2.1', true],
  ['another IPv4 address is another', '::ffff:192.0.2.1', '192.0.2.2', false],
])('%s', (_, one, other, same) => {
  const { fail } = start();
  for (const n of times(20)) fail(`user${n}`, one);
  expect(fail('someone', other)).toBe(same ? 2 : 0);
});
