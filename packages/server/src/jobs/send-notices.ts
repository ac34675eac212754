import { channels, type Delivery, type Digest, PluginError, parseConfig, type Undelivered } from '@certfleet/plugins';
import { messageLife, nextDelivery, summarize } from '../domain/notices.js';
import { describeInstant, type Instant, minutes, seconds } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { composeDigest, inBrief } from '../notices/digest.js';
import { pauseOf } from '../pause.js';
import { pluginOf } from '../plugin-config.js';
import type { ChannelRecord } from '../store/channels.js';
import type { Store } from '../store/index.js';
import type { Lease } from '../store/jobs.js';
import type { DigestRecord } from '../store/notices.js';
import type { JobHandler } from './scheduler.js';

/** How long after the end of a restored server's pause channels begin to tell, at the most. */
const untilResumed = minutes(1);

/** What one attempt to deliver a message is about. */
interface Attempt {
  engine: Engine;
  lease: Lease;
  channel: ChannelRecord;
  digest: DigestRecord;
}

/**
 * Tells what a channel has to tell: makes one message for each recipient of what was collected, and tries those that are
 * due. A message is stored before it is sent and deleted after the other side has taken it. Killed between the two, it is
 * sent once more with the same id: nothing is lost, and who gets it twice can tell.
 *
 * A failure of the channel puts everything off; a recipient that is refused holds up nobody else.
 */
export function sendNotices(engine: Engine): JobHandler {
  const { store, clock } = engine;
  return async ({ job: { subject: channelId }, lease }, signal) => {
    for (;;) {
      const channel = await store.channels.find(channelId);
      if (!channel?.enabled) return null;
      const now = clock.now();
      // A copy of a server that works must not tell the same people the same things. It is the live one when it goes on.
      if ((await pauseOf(store))?.restored) return now + untilResumed;
      const collect = seconds(channel.collectSeconds);
      const next = await store.notices.nextAt(channelId, collect);
      if (next === null) return null;
      const at = Math.max(next, channel.nextAt ?? 0);
      if (at > now) return at;
      if (signal.aborted) return now;
      await store.fenced(lease, tx => tx.notices.gather(channelId, now - collect));
      for (const digest of await store.notices.due(channelId, clock.now())) {
        if (signal.aborted || !(await deliver({ engine, lease, channel, digest }, signal))) break;
      }
    }
  };
}

/** Returns whether the channel works; if not, the other messages need not be tried now. */
async function deliver(attempt: Attempt, signal: AbortSignal): Promise<boolean> {
  const { engine, channel, digest } = attempt;
  const message = await composeDigest(engine, digest);
  let delivery: Delivery;
  let refusal: string | undefined;
  try {
    const plugin = pluginOf(channels, channel.type);
    const { config } = await engine.store.channels.withSecrets(channel.id);
    const to = digest.leftOver ?? (digest.recipient === null ? undefined : [digest.recipient]);
    const tell = async (what: Digest) =>
      (await plugin.tell?.(parseConfig(plugin, config), what, { signal, to })) ?? nobody;
    delivery = await tell(message);
    refusal = delivery.refusal;
    if (refusal !== undefined) delivery = await tell(inBrief(message));
    // It won't have the least of messages either: so it is not what they say.
    if (delivery.refusal !== undefined) throw new PluginError('config', delivery.refusal);
  } catch (error) {
    // The message is as it was, and is sent when the job goes on.
    if (signal.aborted) return false;
    await channelFailed(attempt, error);
    return false;
  }
  const { delivered, undelivered } = delivery;
  const later = delivered ? undelivered.filter(({ temporary }) => temporary) : undelivered;
  if (later.length > 0) await postpone(attempt, delivery, later);
  else await finish(attempt, undelivered, refusal);
  return true;
}

/** Of a plugin that tells nothing: a heartbeat is given no notices, so there is nobody to miss one. */
const nobody: Delivery = { delivered: true, undelivered: [] };

/**
 * The other side has taken it. Who was refused for good does not get it, which is an event; `refusal` is why it was told in
 * brief.
 */
async function finish(
  { engine, lease, channel, digest }: Attempt,
  refused: readonly Undelivered[],
  refusal: string | undefined,
): Promise<void> {
  const { store, clock } = engine;
  const now = clock.now();
  await store.fenced(lease, async tx => {
    const { counts } = await tx.notices.content(digest.id, 0);
    await tx.notices.finish(digest.id);
    await tx.channels.succeeded(channel.id, now, null);
    const brief = refusal === undefined ? '' : ` Only that, since the whole message was refused: ${refusal}`;
    const message = `${channel.name} told ${toWhom(digest)}: ${summarize(counts)}.${brief}`;
    await record(tx, channel, 'sent', 'succeeded', message, {
      digest: digest.id,
      counts,
    });
    if (refused.length === 0) return;
    const error = `${describe(refused)} They did not get: ${summarize(counts)}.`;
    await tx.channels.failed(channel.id, { error, at: now, nextAt: null });
    await record(tx, channel, 'refused', 'failed', `${channel.name}: ${error}`, { digest: digest.id });
  });
}

/** Some recipients, or all of them, were refused: these are tried again. */
async function postpone(
  attempt: Attempt,
  { delivered, undelivered }: Delivery,
  later: readonly Undelivered[],
): Promise<void> {
  const { engine, channel, digest } = attempt;
  const error = `The mail server refused recipients. ${describe(undelivered)}`;
  const temporary = later.some(each => each.temporary);
  const retryAt = nextDelivery(
    digest.attempts + 1,
    temporary ? undefined : { name: 'PluginError', reason: 'config' },
    engine.clock.now(),
  );
  const leftOver = delivered ? later.map(({ address }) => address) : digest.leftOver;
  await putOff(attempt, { error, retryAt, leftOver }, tx =>
    tx.channels.failed(channel.id, { error, at: engine.clock.now(), nextAt: null }),
  );
}

/** Nothing can be delivered to anybody. */
async function channelFailed(attempt: Attempt, cause: unknown): Promise<void> {
  const { engine, channel, digest } = attempt;
  const now = engine.clock.now();
  const error = cause instanceof Error ? cause.message : String(cause);
  const retryAt = nextDelivery(channel.failures + 1, cause, now);
  engine.log.warn({ channel: channel.name, err: cause, retryAt: new Date(retryAt) }, 'A channel could not deliver');
  await putOff(attempt, { error, retryAt, leftOver: digest.leftOver }, tx =>
    tx.channels.failed(channel.id, { error, at: now, nextAt: retryAt }),
  );
}

/** Writes down a failure, which is an event when it is a new one, and gives up what is no news any more. */
async function putOff(
  { engine, lease, channel, digest }: Attempt,
  { error, retryAt, leftOver }: { error: string; retryAt: Instant; leftOver: string[] | null },
  alongWith: (tx: Store) => Promise<void>,
): Promise<void> {
  const now = engine.clock.now();
  await engine.store.fenced(lease, async tx => {
    await alongWith(tx);
    const detail = { digest: digest.id };
    if (digest.createdAt + messageLife <= now) {
      const { counts } = await tx.notices.content(digest.id, 0);
      await tx.notices.finish(digest.id);
      const message = `${channel.name} gave up after a week to tell ${toWhom(digest)}: ${summarize(counts)}. ${error}`;
      return record(tx, channel, 'gave-up', 'failed', message, { ...detail, counts });
    }
    await tx.notices.postpone(digest.id, { nextAt: retryAt, error, leftOver });
    if (channel.lastError === error) return;
    const again = `Tried again at ${describeInstant(retryAt, now)}.`;
    await record(
      tx,
      channel,
      'failed',
      'failed',
      `${channel.name} could not tell ${toWhom(digest)}. ${error} ${again}`,
      detail,
    );
  });
}

function toWhom({ recipient }: DigestRecord): string {
  return recipient === null ? 'what it had to tell' : `${recipient}, an account's holder`;
}

function describe(undelivered: readonly Undelivered[]): string {
  return undelivered.map(({ address, reason }) => `${address}: ${reason}.`).join(' ');
}

async function record(
  tx: Store,
  { name }: ChannelRecord,
  verb: string,
  outcome: 'succeeded' | 'failed',
  message: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await tx.events.append({
    actor: 'system',
    action: `channel.${verb}`,
    subject: `channel:${name}`,
    outcome,
    message,
    detail,
  });
}
