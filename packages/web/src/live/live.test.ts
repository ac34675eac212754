import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Live } from './live.js';

/** What the browser gives: its connection to the stream, as far as pages use it. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 0;
  constructor() {
    super();
    Source.opened.push(this);
  }
  close(): void {
    this.readyState = Source.CLOSED;
  }
  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  say(type: string, data: object): void {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }
  /** The connection breaks; the browser tries again by itself unless the server has refused. */
  fail({ refused = false } = {}): void {
    this.readyState = refused ? Source.CLOSED : 0;
    this.dispatchEvent(new Event('error'));
  }
}

const start = Date.parse('2026-11-21T10:00:00Z');
const event = { id: 7, at: '2026-11-21T10:00:00Z', actor: 'system', action: 'certificate.issued', subject: null };

let document: EventTarget & { visibilityState: string };
let live: Live;
const heard = vi.fn();
const back = vi.fn();
const refused = vi.fn();
const moved = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', document);
  vi.stubGlobal('EventSource', { CLOSED: Source.CLOSED });
  Source.opened = [];
  live = new Live(() => new Source(), { heard, back, refused, moved });
  live.start();
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const newest = () => Source.opened.at(-1) as Source;
/** The server says that it is alive, so many times. */
const beat = (times: number) => {
  for (let time = 0; time < times; time++) {
    vi.advanceTimersByTime(15_000);
    newest().say('alive', { at: '2026-11-21T10:00:00Z' });
  }
};
const look = (state: 'visible' | 'hidden') => {
  document.visibilityState = state;
  document.dispatchEvent(new Event('visibilitychange'));
};

test('events are told as they come, progress is kept, and what was read before is read once more', () => {
  newest().open();
  newest().say('event', { ...event, outcome: 'succeeded', message: 'one', detail: {} });
  newest().say('event', { ...event, id: 8, outcome: 'succeeded', message: 'two', detail: {} });
  expect(live.connection()).toEqual({ state: 'live' });
  expect(heard.mock.calls.map(([{ message }]) => message)).toEqual(['one', 'two']);
  newest().say('progress', { subject: 'certificate:www', step: 'created', message: 'Ordered.' });
  newest().say('progress', { subject: 'certificate:www', step: 'validating', message: 'The CA looks.' });
  expect(live.progress().get('certificate:www')).toMatchObject({ step: 'validating' });
  expect(moved).toHaveBeenCalledTimes(2);
  expect(back).toHaveBeenCalledTimes(1);
});

test('a connection that breaks is lost since then, and what was missed is read once it is back', () => {
  newest().open();
  vi.advanceTimersByTime(3_000);
  newest().fail();
  vi.advanceTimersByTime(9_000);
  newest().fail();
  expect(live.connection()).toEqual({ state: 'lost', since: start + 3_000 });
  newest().open();
  expect(live.connection()).toEqual({ state: 'live' });
  expect(back).toHaveBeenCalledTimes(2);
  expect(Source.opened).toHaveLength(1);
});

test('signs of life keep a connection on which nothing happens', () => {
  newest().open();
  beat(10);
  expect(live.connection()).toEqual({ state: 'live' });
  expect(Source.opened).toHaveLength(1);
});

test('a connection that has died without a word is lost since its last one, and made anew', () => {
  newest().open();
  vi.advanceTimersByTime(45_000);
  expect(live.connection()).toEqual({ state: 'lost', since: start });
  expect(Source.opened).toHaveLength(2);
  newest().open();
  expect(live.connection()).toEqual({ state: 'live' });
  expect(back).toHaveBeenCalledTimes(2);
});

test('after a computer has slept, the connection is made anew at the next look', () => {
  newest().open();
  vi.setSystemTime(start + 8 * 3_600_000);
  vi.advanceTimersByTime(5_000);
  expect(live.connection()).toEqual({ state: 'lost', since: start });
  expect(Source.opened).toHaveLength(2);
});

test('a refusal is told, and the server asked again after a pause', () => {
  newest().fail({ refused: true });
  expect(refused).toHaveBeenCalledTimes(1);
  expect(Source.opened).toHaveLength(1);
  vi.advanceTimersByTime(3_000);
  expect(Source.opened).toHaveLength(2);
  newest().open();
  expect(back).toHaveBeenCalledTimes(1);
});

test('a tab that nobody sees gives its connection up after a while, and catches up when it is seen', () => {
  newest().open();
  look('hidden');
  vi.advanceTimersByTime(4_000);
  expect(newest().readyState).toBe(1);
  vi.advanceTimersByTime(6_000);
  expect(newest().readyState).toBe(Source.CLOSED);
  vi.advanceTimersByTime(3_600_000);
  expect(Source.opened).toHaveLength(1);
  look('visible');
  newest().open();
  expect(live.connection()).toEqual({ state: 'live' });
  expect(back).toHaveBeenCalledTimes(2);
});

test('a tab that is opened in the background is not connected before somebody sees it', () => {
  live.stop();
  Source.opened = [];
  document.visibilityState = 'hidden';
  live.start();
  vi.advanceTimersByTime(60_000);
  expect(Source.opened).toHaveLength(0);
  look('visible');
  newest().open();
  expect(live.connection()).toEqual({ state: 'live' });
});

test('nothing is left of it once it has stopped', () => {
  live.stop();
  look('visible');
  vi.advanceTimersByTime(60_000);
  expect(Source.opened).toHaveLength(1);
  expect(newest().readyState).toBe(Source.CLOSED);
  expect(vi.getTimerCount()).toBe(0);
});
