import { expect, test, vi } from 'vitest';
import type { EventRecord } from '../store/events.js';
import { until } from './until.js';

/** What tells of events, and how many listen. */
function eventSource() {
  const listeners = new Set<(event: EventRecord) => void>();
  return {
    onEvent(listener: (event: EventRecord) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(subject: string) {
      for (const listener of listeners) listener({ subject } as EventRecord);
    },
    listeners,
  };
}

const never = new AbortController().signal;

test('looks at once', async () => {
  const source = eventSource();
  expect(await until(source, 'a', async () => 1, { longest: 0, stopping: never })).toBe(1);
  expect(source.listeners.size).toBe(0);
});

test('looks again after an event about its subject, and after no other', async () => {
  const source = eventSource();
  const look = vi.fn<() => Promise<string | undefined>>().mockResolvedValue(undefined);
  const waiting = until(source, 'a', look, { longest: 60_000, stopping: never });
  await vi.waitFor(() => expect(look).toHaveBeenCalledTimes(1));
  source.tell('b');
  await new Promise(setImmediate);
  expect(look).toHaveBeenCalledTimes(1);
  look.mockResolvedValue('found');
  source.tell('a');
  expect(await waiting).toBe('found');
  expect(look).toHaveBeenCalledTimes(2);
  expect(source.listeners.size).toBe(0);
});

test('misses no event that comes while it looks', async () => {
  const source = eventSource();
  let state: string | undefined;
  const look = vi.fn(async () => {
    const seen = state;
    if (state === undefined) {
      state = 'found';
      source.tell('a');
    }
    return seen;
  });
  expect(await until(source, 'a', look, { longest: 60_000, stopping: never })).toBe('found');
  expect(look).toHaveBeenCalledTimes(2);
});

test('looks now and then without an event', async () => {
  const look = vi.fn<() => Promise<number | undefined>>().mockResolvedValueOnce(undefined).mockResolvedValue(2);
  expect(await until(eventSource(), 'a', look, { longest: 60_000, lookAgain: 1, stopping: never })).toBe(2);
});

test('gives up when the patience is over, after a last look', async () => {
  const look = vi.fn(async () => undefined);
  expect(await until(eventSource(), 'a', look, { longest: 20, lookAgain: 60_000, stopping: never })).toBeUndefined();
  expect(look).toHaveBeenCalledTimes(2);
});

test('ends when the server is being stopped', async () => {
  const source = eventSource();
  const stopping = new AbortController();
  const waiting = until(source, 'a', async () => undefined, { longest: 60_000, stopping: stopping.signal });
  stopping.abort();
  expect(await waiting).toBeUndefined();
  expect(source.listeners.size).toBe(0);
});

test('passes on what a look throws, and stops listening', async () => {
  const source = eventSource();
  const broken = until(source, 'a', () => Promise.reject(new Error('gone')), { longest: 1, stopping: never });
  await expect(broken).rejects.toThrow('gone');
  expect(source.listeners.size).toBe(0);
});
