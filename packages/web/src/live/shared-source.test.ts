import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SharedSource } from './shared-source.js';

/** The connection that a browser makes. */
class Connection extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static made: Connection[] = [];
  readyState = Connection.CONNECTING;
  constructor() {
    super();
    Connection.made.push(this);
  }
  close(): void {
    this.readyState = Connection.CLOSED;
  }
  open(): void {
    this.readyState = Connection.OPEN;
    this.dispatchEvent(new Event('open'));
  }
  say(data: string): void {
    this.dispatchEvent(Object.assign(new Event('event'), { data }));
  }
  fail(isRefused: boolean): void {
    this.readyState = isRefused ? Connection.CLOSED : Connection.CONNECTING;
    this.dispatchEvent(new Event('error'));
  }
}

/** Tells all others of the browser, soon. */
class Channel {
  static all: Channel[] = [];
  onmessage: (message: { data: unknown }) => void = () => undefined;
  constructor() {
    Channel.all.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.all) if (other !== this) queueMicrotask(() => other.onmessage({ data }));
  }
  close(): void {
    Channel.all = Channel.all.filter(one => one !== this);
  }
}

/** One lock, given to one after the other. */
function oneLock() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request: (_: string, { signal }: { signal: AbortSignal }, held: () => Promise<void>) => {
      const turn = last.then(() => (signal.aborted ? undefined : held()));
      last = turn;
      return turn;
    },
  };
}

const settled = () => new Promise(done => setImmediate(done));

beforeEach(() => {
  Connection.made = [];
  Channel.all = [];
  vi.stubGlobal('EventSource', Connection);
  vi.stubGlobal('BroadcastChannel', Channel);
  vi.stubGlobal('navigator', { locks: oneLock() });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** Opens a tab; `heard` is what its page is told. */
function tab() {
  const source = new SharedSource('/stream');
  const heard: string[] = [];
  for (const type of ['open', 'event', 'error']) {
    source.addEventListener(type, message => heard.push((message as MessageEvent<string>).data ?? type));
  }
  return { source, heard };
}

test('all tabs hear one connection, also one that was opened later', async () => {
  const tabs = [tab(), tab()];
  await settled();
  expect(Connection.made).toHaveLength(1);
  Connection.made[0]?.open();
  tabs.push(tab());
  await settled();
  Connection.made[0]?.say('issued');
  await settled();
  expect(tabs.map(({ heard }) => heard)).toEqual(Array(3).fill(['open', 'issued']));
  expect(Connection.made).toHaveLength(1);
});

test('when the tab that is connected is closed, another one connects, and all are told that something may be missing', async () => {
  const [first, second, third] = [tab(), tab(), tab()];
  await settled();
  Connection.made[0]?.open();
  first.source.close();
  await settled();
  expect(Connection.made[0]?.readyState).toBe(Connection.CLOSED);
  expect(Connection.made).toHaveLength(2);
  Connection.made[1]?.open();
  Connection.made[1]?.say('renewed');
  await settled();
  expect(first.heard).toEqual(['open']);
  for (const { heard } of [second, third]) expect(heard).toEqual(['open', 'open', 'renewed']);
});

test('one that waits for its turn and is closed takes none', async () => {
  const [first, second, third] = [tab(), tab(), tab()];
  await settled();
  second.source.close();
  first.source.close();
  await settled();
  expect(Connection.made).toHaveLength(2);
  Connection.made[1]?.open();
  await settled();
  expect(second.heard).toEqual([]);
  expect(third.heard).toEqual(['open']);
});

test.each([
  [false, Connection.CONNECTING],
  [true, Connection.CLOSED],
])('that it was lost is told in all tabs, and whether it was refused: %s', async (isRefused, state) => {
  const tabs = [tab(), tab()];
  await settled();
  Connection.made[0]?.open();
  Connection.made[0]?.fail(isRefused);
  await settled();
  for (const { heard, source } of tabs) {
    expect(heard).toEqual(['open', 'error']);
    expect(source.readyState).toBe(state);
  }
});
