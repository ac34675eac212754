import { Id } from '@certfleet/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { newId } from './ids.js';

afterEach(() => vi.useRealTimers());

test('ids are UUIDs of version 7 that hold the time', () => {
  vi.useFakeTimers({ now: Date.UTC(2100, 0, 1) });
  const id = newId();
  expect(Id.parse(id)).toBe(id);
  expect(id[14]).toBe('7');
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2100, 0, 1));
});

test('ids sort by age, also within one millisecond and after the clock was set back', () => {
  vi.useFakeTimers({ now: Date.UTC(2101, 0, 1) });
  const ids = Array.from({ length: 10_000 }, newId);
  vi.setSystemTime(Date.UTC(2100, 6, 1));
  ids.push(newId());
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
});
