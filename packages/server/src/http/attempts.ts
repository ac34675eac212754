import { isIPv6 } from 'node:net';
import type { Duration, Instant } from '../domain/time.js';
import { TooManyAttempts } from './problem.js';

interface Record {
  /** Failures in a row. */
  failures: number;
  /** No attempt counts before this. */
  blockedUntil: Instant;
  lastAt: Instant;
}

interface Limit {
  /** So many failures cost nothing: people mistype. */
  free: number;
  /** What the first failure after those costs; each further one costs twice as much. */
  firstWait: Duration;
  longestWait: Duration;
}

/**
 * An address is held off longer than a name: whoever is at the address did the failing, but a name's owner must not be
 * locked out for long by strangers. Thousands of addresses still get no more than one guess a minute at one name.
 */
const limits: { name: Limit; address: Limit } = {
  name: { free: 5, firstWait: 1_000, longestWait: 60_000 },
  address: { free: 20, firstWait: 2_000, longestWait: 900_000 },
};

/** Failures older than this are forgotten. */
const memory: Duration = 3_600_000;

/** Of each kind; the oldest are forgotten first, so that an attack can't fill the memory. */
const mostRecords = 10_000;

/**
 * Limits attempts at guessing a password or code, per name and per address, with a wait that doubles.
 *
 * An attempt counts as failed from its beginning until {@link Attempts.succeeded}, so that a hundred at once are
 * limited like a hundred in a row. In memory: a restart forgets, which is worth less to an attacker than it costs.
 */
export class Attempts {
  readonly #clock: () => Instant;
  readonly #records = { name: new Map<string, Record>(), address: new Map<string, Record>() };

  constructor(clock: () => Instant) {
    this.#clock = clock;
  }

  /** Before an attempt. Throws {@link TooManyAttempts}, and then the attempt must not be made. */
  begin(name: string, address: string): void {
    const now = this.#clock();
    const network = networkOf(address);
    const wait = Math.max(this.#wait('name', name, now), this.#wait('address', network, now));
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new TooManyAttempts(
        `Too many failed attempts to sign in as this name or from this address. Try again in ${seconds} s.`,
        seconds,
      );
    }
    this.#fail('name', name, now);
    this.#fail('address', network, now);
  }

  /** After an attempt that was right: the name is clean again, the address gets this one back. */
  succeeded(name: string, address: string): void {
    this.#records.name.delete(name);
    const record = this.#records.address.get(networkOf(address));
    if (record) {
      record.failures -= 1;
      record.blockedUntil = record.lastAt;
    }
  }

  #wait(kind: 'name' | 'address', key: string, now: Instant): Duration {
    return (this.#records[kind].get(key)?.blockedUntil ?? now) - now;
  }

  #fail(kind: 'name' | 'address', key: string, now: Instant): void {
    const records = this.#records[kind];
    const before = records.get(key);
    const failures = (before && now - before.lastAt < memory ? before.failures : 0) + 1;
    const { free, firstWait, longestWait } = limits[kind];
    const wait = failures < free ? 0 : Math.min(firstWait * 2 ** (failures - free), longestWait);
    // Set anew and not changed in place: a Map keeps the order of insertion, which makes the first the oldest.
    records.delete(key);
    records.set(key, { failures, blockedUntil: now + wait, lastAt: now });
    const oldest = records.keys().next();
    if (records.size > mostRecords && !oldest.done) records.delete(oldest.value);
  }
}

/** A customer has at least a /64 of IPv6: its addresses count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = address.split('::');
  const groups = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...after];
  return all
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
