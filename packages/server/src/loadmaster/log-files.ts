import { hostname } from 'node:os';
import type { Instant } from '../domain/time.js';
import { toEvent } from '../http/handlers/event.js';
import type { EventRecord } from '../store/events.js';
import type { Store } from '../store/index.js';
import type { LogLine, SystemLog } from '../system-log.js';

/** `messages`: LoadMaster's System Message File. `audit`: its Audit LogFile. */
export const logFileNames = ['messages', 'audit'] as const;
export type LogFileName = (typeof logFileNames)[number];

/** The audit log shows no more than the newest of this many events. */
const mostEvents = 50_000;

/** When each file was cleared last. */
const settingName = 'loadmaster.logs-cleared';

/**
 * From now on a file shows only what comes later. What was there is kept: events are never deleted by a view of them.
 */
export async function clearLogFile(store: Store, name: LogFileName, now: Instant): Promise<void> {
  const cleared = await store.settings.get<Partial<Record<LogFileName, Instant>>>(settingName);
  await store.settings.set(settingName, { ...cleared, [name]: now });
}

/** A log file as text: `<RFC 3339> <host> <subsystem>: <message>`, a line each. */
export async function renderLogFile(store: Store, systemLog: SystemLog, name: LogFileName): Promise<string> {
  const cleared = await store.settings.get<Partial<Record<LogFileName, Instant>>>(settingName);
  const since = cleared?.[name] ?? 0;
  const lines = name === 'audit' ? await auditLines(store, since) : await messageLines(systemLog, since);
  return lines.map(line => `${line}\n`).join('');
}

async function messageLines(systemLog: SystemLog, since: Instant): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of systemLog.lines(since)) lines.push(renderMessage(line));
  return lines;
}

function renderMessage({ at, level, message, facts }: LogLine): string {
  const rest = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return printable([moment(at), hostname(), `certfleet: ${level}`, message, ...rest].join(' '));
}

async function auditLines(store: Store, since: Instant): Promise<string[]> {
  const lines: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.events.list({ since, order: 'newest', limit: 1000, cursor });
    lines.push(...page.items.map(renderEvent));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && lines.length < mostEvents);
  return lines.reverse();
}

function renderEvent(event: EventRecord): string {
  const { at, actor, action, subject, outcome, message } = toEvent(event);
  return printable(`${at} ${hostname()} audit: ${actor} ${action} ${subject ?? '-'} ${outcome} ${message}`);
}

const moment = (at: Instant) => new Date(at).toISOString();

/** One line whatever a message holds, so that nobody can write lines of their own. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}
