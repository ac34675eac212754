import { channels, type Heartbeat, parseConfig } from '@certfleet/plugins';
import { withholdHeartbeat } from '../domain/notices.js';
import { type Instant, minutes } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pauseOf } from '../pause.js';
import { pluginOf } from '../plugin-config.js';
import type { ChannelRecord } from '../store/channels.js';
import type { Store } from '../store/index.js';
import type { JobHandler } from './scheduler.js';

/** Kind and subject of the one job that sends heartbeats. */
export const beatJob = { kind: 'beat', subject: 'all', lock: 'beat' } as const;

/** At least so often: another server, or a restored backup, may have brought one along. */
const longest = minutes(10);

/** A heartbeat that is in use. */
interface Beating {
  channel: ChannelRecord;
  heartbeat: Heartbeat<Record<string, unknown>>;
  config: Record<string, unknown>;
}

/**
 * Sends the heartbeats whose time has come. It is a job like all others, so that they stay away when jobs are not worked
 * through, whatever the reason: the process is gone, the database out of reach, every hand stuck, or Certfleet paused.
 */
export function beat(engine: Engine): JobHandler {
  const { store, clock } = engine;
  return async (_, signal): Promise<Instant> => {
    const beating = await heartbeats(store);
    const due = beating.filter(({ channel }) => (channel.nextAt ?? 0) <= clock.now());
    await Promise.all(due.map(each => beatOnce(engine, each, signal)));
    if (signal.aborted) return clock.now();
    const moments = (await heartbeats(store)).map(({ channel }) => channel.nextAt ?? 0);
    return Math.min(...moments, clock.now() + longest);
  };
}

async function heartbeats(store: Store): Promise<Beating[]> {
  const found: Beating[] = [];
  for (const channel of await store.channels.enabled()) {
    const plugin = pluginOf(channels, channel.type);
    if (!plugin.heartbeat) continue;
    const { config } = await store.channels.withSecrets(channel.id);
    found.push({ channel, heartbeat: plugin.heartbeat, config: parseConfig(plugin, config) });
  }
  return found;
}

/** A failure is an event when it is a new one; the next heartbeat comes when it would have come anyway. */
async function beatOnce(
  { store, clock, log }: Engine,
  { channel, heartbeat, config }: Beating,
  signal: AbortSignal,
): Promise<void> {
  const { id, name, lastError } = channel;
  const now = clock.now();
  const nextAt = now + heartbeat.every(config);
  const paused = await pauseOf(store);
  const work = { paused: paused?.reason ?? null, lag: await store.jobs.lag(now) };
  const withheld = withholdHeartbeat(work, heartbeat.patience(config));
  const error = withheld ?? (await failureOf(() => heartbeat.beat(config, signal)));
  if (signal.aborted) return;
  await store.transaction(async tx => {
    if (error === null) await tx.channels.succeeded(id, now, nextAt);
    else await tx.channels.failed(id, { error, at: now, nextAt });
    if (error === null || error === lastError) return;
    log.warn({ channel: name }, `No heartbeat: ${error}`);
    await tx.events.append({
      actor: 'system',
      action: withheld === null ? 'channel.failed' : 'channel.withheld',
      subject: `channel:${name}`,
      outcome: 'failed',
      message:
        withheld === null ? `${name} could not be sent a heartbeat. ${error}` : `${name} gets no heartbeat. ${error}`,
    });
  });
}

/** What an attempt ended with, for people; null: it did not fail. */
async function failureOf(attempt: () => Promise<void>): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
