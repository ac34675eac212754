import { isDeepStrictEqual } from 'node:util';
import { type Ports, secretFields, solvers, targets } from '@certfleet/plugins';
import type { z } from 'zod';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { tryFailing } from '../jobs/try-failing.js';
import { pluginOf, splitConfig } from '../plugin-config.js';
import type { Store } from '../store/index.js';
import type { PluginRecord, PluginRows } from '../store/plugin-rows.js';
import { refuseOwn, refuseOwnName } from './own-solver-and-target.js';

/** What every kind of plugin has in common as far as configuring it goes. */
interface Configurable {
  type: string;
  title: string;
  config: z.ZodObject;
  check(config: Record<string, unknown>, ports: Ports): Promise<void>;
}

/** Solvers: configured ways to present challenges. */
export function solverHandlers(engine: Engine): Handlers['solver'] {
  return rowHandlers(engine, 'solver', solvers, store => store.solvers);
}

/** Targets: configured places to deploy to. */
export function targetHandlers(engine: Engine): Handlers['target'] {
  return rowHandlers(engine, 'target', targets, store => store.targets);
}

/** One implementation for every kind of configured plugin; what differs is the table and the list of plugins. */
function rowHandlers(
  engine: Engine,
  noun: 'solver' | 'target',
  plugins: readonly Configurable[],
  rows: (store: Store) => PluginRows,
) {
  const { store } = engine;

  const record = (
    tx: Store,
    actor: Actor,
    name: string,
    verb: string,
    detail: Record<string, unknown> = {},
    tried = '',
  ) =>
    tx.events.append({
      actor: describeActor(actor),
      action: `${noun}.${verb}`,
      subject: `${noun}:${name}`,
      outcome: 'succeeded',
      message: `The ${noun} ${name} was ${verb}.${tried}`,
      detail,
    });

  /** Secrets are write-only: they read as a mark that there is one. */
  const show = ({ id, name, type, config, createdAt }: PluginRecord) => ({
    id,
    name,
    type,
    config: {
      ...config,
      ...Object.fromEntries(secretFields(pluginOf(plugins, type).config).map(field => [field, { secret: true }])),
    },
    createdAt: new Date(createdAt).toISOString(),
  });

  return {
    async create(
      { body: { name, type, config } }: { body: { name: string; type: string; config: Record<string, unknown> } },
      actor: Actor,
    ) {
      refuseOwnName(name);
      const plugin = pluginOf(plugins, type);
      const split = splitConfig(plugin, config);
      await plugin.check(split.all, engine.ports);
      return store.transaction(async tx => {
        const row = await rows(tx).create({ name, type, config: split.open, secrets: split.secret });
        await record(tx, actor, name, 'created', { type, config: split.open });
        return show(row);
      });
    },

    async list({ query }: { query: { cursor?: string | undefined; limit: number } }) {
      const page = await rows(store).list(query);
      return { items: page.items.map(show), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }: { params: { name: string } }) {
      return show(await rows(store).byName(name));
    },

    async change(
      { params: { name }, body }: { params: { name: string }; body: { config: Record<string, unknown> } },
      actor: Actor,
    ) {
      const row = await rows(store).byName(name);
      await refuseOwn(store, row);
      const { config: known } = await rows(store).withSecrets(row.id);
      const plugin = pluginOf(plugins, row.type);
      // A field that is not given stays as it is; a secret has to, since nobody can read it to send it back.
      const split = splitConfig(plugin, { ...known, ...body.config });
      await plugin.check(split.all, engine.ports);
      await store.transaction(async tx => {
        await rows(tx).update(row.id, { config: split.open, secrets: split.secret });
        const repairs = noun === 'solver' && !isDeepStrictEqual(split.all, known);
        const tried = repairs ? await tryFailing(tx, { solver: row.id }) : '';
        await record(tx, actor, name, 'changed', { config: split.open }, tried);
      });
      return show(await rows(store).get(row.id));
    },

    async delete({ params: { name } }: { params: { name: string } }, actor: Actor) {
      await store.transaction(async tx => {
        const row = await rows(tx).byName(name);
        await refuseOwn(tx, row);
        await rows(tx).delete(row.id);
        await record(tx, actor, name, 'deleted');
      });
    },
  };
}
