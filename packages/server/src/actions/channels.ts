import type { ChannelChange, ChannelCreation, ChannelTest } from '@certfleet/contract';
import { NoticeKind } from '@certfleet/contract';
import { type ChannelPlugin, channels, type Delivery, parseConfig } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { beatJob } from '../jobs/beat.js';
import { testDigest } from '../notices/digest.js';
import { sendNoticesJob } from '../notices/tell.js';
import { pluginOf } from '../plugin-config.js';
import { type ChannelRecord, type ChannelSettings, unusedChannel } from '../store/channels.js';
import { newId } from '../store/ids.js';
import type { Store } from '../store/index.js';
import { fromPlugin } from './from-plugin.js';
import { rowHandlers } from './plugin-rows.js';

/** Channels: configured ways to tell people or machines what happens. */
export function channelHandlers(engine: Engine): Handlers['channel'] {
  const { store } = engine;
  return {
    ...rowHandlers<ChannelRecord, ChannelCreation, ChannelChange, ReturnType<typeof show>, ChannelPlugin>(engine, {
      noun: 'channel',
      plugins: channels,
      rows: tx => tx.channels,
      created: (body, plugin) => ({ ...settingsOf(plugin, body, body.kinds), ...unusedChannel }),
      changed: (body, plugin, row) =>
        settingsOf(
          plugin,
          {
            enabled: body.enabled ?? row.enabled,
            severity: body.severity ?? row.severity,
            labels: body.labels ?? row.labels,
            accountHolders: body.accountHolders ?? row.accountHolders,
            collectSeconds: body.collectSeconds ?? row.collectSeconds,
          },
          body.kinds ?? row.kinds,
        ),
      written: goOn,
      deleting: forget,
      async shown(rows) {
        const waiting = await store.notices.waiting(rows.map(({ id }) => id));
        return row => show(row, waiting.get(row.id) ?? 0);
      },
    }),

    async test({ params: { name } }, actor) {
      return test(engine, await store.channels.byName(name), actor);
    },
  };
}

/** Refuses what such a channel can't do. `kinds`: left out of what a heartbeat or a new channel is given. */
function settingsOf(
  { type, tell, mail }: ChannelPlugin,
  { enabled, severity, labels, accountHolders, collectSeconds }: Omit<ChannelSettings, 'kinds'>,
  kinds: readonly NoticeKind[] = tell ? NoticeKind.options : [],
): ChannelSettings {
  if (accountHolders && !mail) refuse('accountHolders', `A channel of type ${type} can't mail to holders of accounts.`);
  if (kinds.length > 0 && !tell) refuse('kinds', `A channel of type ${type} tells of nothing: leave out of what.`);
  return { enabled, kinds: [...new Set(kinds)], severity, labels, accountHolders, collectSeconds };
}

function refuse(path: string, message: string): never {
  throw new DomainError('invalid-input', message, { fields: [{ path, message }] });
}

/** After a creation or a change: what waits is tried now. What a channel that is switched off had to tell is dropped. */
async function goOn(tx: Store, channel: ChannelRecord, now: number): Promise<string> {
  const { id, enabled } = channel;
  await tx.jobs.enqueue({ ...beatJob, urgency: now, runAt: now });
  if (enabled) {
    await tx.notices.hurry(id);
    await tx.jobs.enqueue({ ...sendNoticesJob(id), urgency: now, runAt: now });
    return '';
  }
  return forget(tx, channel);
}

/** Drops what a channel has not told yet; says how much that was. */
async function forget(tx: Store, { id, name }: ChannelRecord): Promise<string> {
  const left = (await tx.notices.waiting([id])).get(id) ?? 0;
  await tx.notices.drop(id);
  return left === 0 ? '' : ` ${left} notice(s) that ${name} had not told yet are dropped.`;
}

function show(row: ChannelRecord, waiting: number) {
  const { enabled, kinds, severity, labels, accountHolders, collectSeconds } = row;
  const { lastSentAt, lastError, lastErrorAt, failures } = row;
  return {
    ...{ enabled, kinds, severity, labels, accountHolders, collectSeconds, waiting },
    lastSentAt: lastSentAt === null ? null : new Date(lastSentAt).toISOString(),
    lastError:
      lastError === null || lastErrorAt === null
        ? null
        : { message: lastError, at: new Date(lastErrorAt).toISOString(), attempts: failures },
  };
}

/** Sends a message that says that it is a test, or a heartbeat, at once. When that works, what waits is tried too. */
async function test(engine: Engine, channel: ChannelRecord, actor: Actor): Promise<ChannelTest> {
  const { store, clock } = engine;
  const { id, name } = channel;
  const about = { actor: describeActor(actor), action: 'channel.tested', subject: `channel:${name}` };
  try {
    const message = await fromPlugin(() => sendTest(engine, channel));
    await store.transaction(async tx => {
      const now = clock.now();
      await tx.channels.succeeded(id, now, channel.kinds.length > 0 ? null : channel.nextAt);
      if (channel.enabled && channel.kinds.length > 0) await goOn(tx, channel, now);
      await tx.events.append({ ...about, outcome: 'succeeded', message });
    });
    return { message };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await store.transaction(async tx => {
      await tx.channels.failed(id, { error: error.message, at: clock.now(), nextAt: channel.nextAt });
      await tx.events.append({ ...about, outcome: 'failed', message: `The test of ${name} failed. ${error.message}` });
    });
    throw error;
  }
}

async function sendTest(engine: Engine, { id, name, type }: ChannelRecord): Promise<string> {
  const plugin = pluginOf(channels, type);
  const config = parseConfig(plugin, (await engine.store.channels.withSecrets(id)).config);
  if (plugin.heartbeat) {
    await plugin.heartbeat.beat(config, new AbortController().signal);
    return `The monitor of ${name} has taken a heartbeat.`;
  }
  const delivery = await plugin.tell?.(config, testDigest(engine, newId(), name), {
    signal: new AbortController().signal,
  });
  if (!delivery) throw new DomainError('not-possible', `A channel of type ${type} can't be tested.`);
  return describeDelivery(delivery, `A test was sent by ${name}.`);
}

/** What became of a message that someone waits for. Throws `plugin-failed` when nobody gets it. */
export function describeDelivery({ delivered, undelivered, refusal }: Delivery, sent: string): string {
  const refused = undelivered.map(({ address, reason }) => ` ${address} was refused: ${reason}.`).join('');
  if (!delivered) {
    throw new DomainError('plugin-failed', `Nobody gets it.${refused}${refusal === undefined ? '' : ` ${refusal}`}`);
  }
  return `${sent}${refused}`;
}
