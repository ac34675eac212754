import { isDeepStrictEqual } from 'node:util';
import type { SolverChange, SolverCreation } from '@certfleet/contract';
import { type Ports, secretFields, solvers, targets } from '@certfleet/plugins';
import type { z } from 'zod';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { tryFailing } from '../jobs/try-failing.js';
import { pluginOf, splitConfig } from '../plugin-config.js';
import type { Store } from '../store/index.js';
import type { PluginRecord, PluginRows } from '../store/plugin-rows.js';
import type { SearchRequest } from '../store/search.js';
import type { SolverRecord } from '../store/solvers.js';
import { fromPlugin } from './from-plugin.js';
import { refuseOwn, refuseOwnName } from './own-solver-and-target.js';
import { servicePlaces } from './service-places.js';
import { testSolver } from './test-solver.js';

/** What every kind of plugin has in common as far as configuring it goes. */
interface Configurable {
  type: string;
  title: string;
  config: z.ZodObject;
  check(config: Record<string, unknown>, ports: Ports): Promise<void>;
}

/** Solvers: configured ways to present challenges. */
export function solverHandlers(engine: Engine): Handlers['solver'] {
  const rows = rowHandlers(engine, {
    noun: 'solver',
    plugins: solvers,
    rows: tx => tx.solvers,
    created: ({ enabled }: SolverCreation) => ({ enabled }),
    changed: ({ enabled }: SolverChange) => (enabled === undefined ? {} : { enabled }),
    written: repaired,
    async shown(rows) {
      const uses = await engine.store.solvers.uses(rows.map(({ id }) => id));
      const placeOf = await servicePlaces(
        engine.store,
        rows.map(({ config }) => config),
      );
      return ({ id, enabled, config }) => {
        const { leftOver = 0, ...proves } = uses.get(id) ?? { domains: 0, policies: 0 };
        return { enabled, proves, virtualService: placeOf(config), leftOver };
      };
    },
  });
  return {
    ...rows,
    test: ({ params: { name }, body: { identifier } }) => testSolver(engine, name, identifier ?? null),
  };
}

/** Targets: configured places to deploy to. */
export function targetHandlers(engine: Engine): Handlers['target'] {
  return rowHandlers(engine, {
    noun: 'target',
    plugins: targets,
    rows: tx => tx.targets,
    created: () => ({}),
    changed: () => ({}),
    shown: async rows => {
      const assigned = await engine.store.assignments.onTargets(rows.map(({ id }) => id));
      const placeOf = await servicePlaces(
        engine.store,
        rows.map(({ config }) => config),
      );
      return ({ id, config }) => {
        const here = assigned.filter(({ targetId }) => targetId === id);
        return {
          virtualService: placeOf(config),
          certificates: here.map(({ certificate }) => certificate),
          defaultCertificate: here.find(({ isDefault }) => isDefault)?.certificate ?? null,
        };
      };
    },
  });
}

/** What differs between the kinds of plugins: the table, the list of plugins, and what a row has besides. */
interface Kind<Row extends PluginRecord, Creation, Change, Shown extends object, P extends Configurable> {
  noun: 'solver' | 'target' | 'channel';
  plugins: readonly P[];
  rows(store: Store): PluginRows<Row>;
  /** What a new row has beside name, type and configuration. */
  created(body: Creation, plugin: P): Omit<Row, keyof PluginRecord>;
  /** What a change says about that. */
  changed(body: Change, plugin: P, row: Row): Partial<Omit<Row, keyof PluginRecord>>;
  /** In the transaction of a creation or a change; returns a sentence for its event, which begins with a space. */
  written?(tx: Store, row: Row, now: Instant, change: Rewrite<Row> | null): Promise<string>;
  /** In the transaction of a deletion, before it; returns a sentence as `written` does. */
  deleting?(tx: Store, row: Row): Promise<string>;
  /** What is shown of these rows beside what all kinds have. */
  shown(rows: readonly Row[]): Promise<(row: Row) => Shown>;
}

/** What failed because of how a solver was configured, or because it was disabled, is tried again. */
async function repaired(tx: Store, { id, enabled }: SolverRecord, _: Instant, change: Rewrite<SolverRecord> | null) {
  const isRepair = change !== null && (change.configured || (enabled && !change.before.enabled));
  return isRepair ? tryFailing(tx, { solver: id }) : '';
}

/** A row as it was, and whether its plugin's configuration is another one now. */
interface Rewrite<Row> {
  before: Row;
  configured: boolean;
}

/** One implementation for every kind of configured plugin. */
export function rowHandlers<
  Row extends PluginRecord,
  Creation extends { name: string; type: string; config: Record<string, unknown> },
  Change extends { config?: Record<string, unknown> | undefined },
  Shown extends object,
  P extends Configurable,
>(engine: Engine, kind: Kind<Row, Creation, Change, Shown, P>) {
  const { store, clock } = engine;
  const { noun, plugins, rows } = kind;

  const record = (
    tx: Store,
    actor: Actor,
    name: string,
    verb: string,
    detail: Record<string, unknown> = {},
    effect = '',
  ) =>
    tx.events.append({
      actor: describeActor(actor),
      action: `${noun}.${verb}`,
      subject: `${noun}:${name}`,
      outcome: 'succeeded',
      message: `The ${noun} ${name} was ${verb}.${effect}`,
      detail,
    });

  /** Secrets are write-only: they read as a mark that there is one. */
  const marksOf = async ({ id, type }: PluginRecord): Promise<Record<string, { secret: true }>> => {
    const fields = secretFields(pluginOf(plugins, type).config);
    if (fields.length === 0) return {};
    const { config } = await rows(store).withSecrets(id);
    return Object.fromEntries(fields.flatMap(field => (field in config ? [[field, { secret: true }]] : [])));
  };
  const shown = async (row: PluginRecord) => {
    const { id, name, type, config, createdAt } = row;
    return {
      ...{ id, name, type, config: { ...config, ...(await marksOf(row)) } },
      createdAt: new Date(createdAt).toISOString(),
    };
  };
  const showAll = async (all: readonly Row[]) => {
    const more = await kind.shown(all);
    return Promise.all(all.map(async row => ({ ...(await shown(row)), ...more(row) })));
  };
  const show = async (row: Row) => {
    const more = await kind.shown([row]);
    return { ...(await shown(row)), ...more(row) };
  };

  return {
    async create({ body }: { body: Creation }, actor: Actor) {
      const { name, type, config } = body;
      refuseOwnName(name);
      const plugin = pluginOf(plugins, type);
      const split = splitConfig(plugin, config);
      await fromPlugin(() => plugin.check(split.all, engine.ports));
      const row = await store.transaction(async tx => {
        const own = kind.created(body, plugin);
        const made = await rows(tx).create({ name, type, config: split.open, secrets: split.secret, ...own });
        const effect = (await kind.written?.(tx, made, clock.now(), null)) ?? '';
        await record(tx, actor, name, 'created', { type, config: split.open }, effect);
        return made;
      });
      return show(row);
    },

    async list({ query }: { query: SearchRequest & { type?: string | undefined } }) {
      const page = await rows(store).list(query);
      return { items: await showAll(page.items), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }: { params: { name: string } }) {
      return show(await rows(store).byName(name));
    },

    async change({ params: { name }, body }: { params: { name: string }; body: Change }, actor: Actor) {
      const row = await rows(store).byName(name);
      await refuseOwn(store, row);
      const { config: known } = await rows(store).withSecrets(row.id);
      const plugin = pluginOf(plugins, row.type);
      // A field that is not given stays as it is, as a secret has to: nobody can read it to send it back. Null unsets one.
      const merged = Object.entries({ ...known, ...body.config }).filter(([, value]) => value !== null);
      const split = splitConfig(plugin, Object.fromEntries(merged));
      await fromPlugin(() => plugin.check(split.all, engine.ports));
      await store.transaction(async tx => {
        const own = kind.changed(body, plugin, row);
        const configured = !isDeepStrictEqual(split.all, known);
        const settings = configured ? { config: split.open, secrets: split.secret } : {};
        await rows(tx).update(row.id, { ...settings, ...own });
        const effect =
          (await kind.written?.(tx, await rows(tx).get(row.id), clock.now(), { before: row, configured })) ?? '';
        await record(tx, actor, name, 'changed', { config: split.open, ...own }, effect);
      });
      return show(await rows(store).get(row.id));
    },

    async delete({ params: { name } }: { params: { name: string } }, actor: Actor) {
      await store.transaction(async tx => {
        const row = await rows(tx).byName(name);
        await refuseOwn(tx, row);
        const effect = (await kind.deleting?.(tx, row)) ?? '';
        await rows(tx).delete(row.id);
        await record(tx, actor, name, 'deleted', {}, effect);
      });
    },
  };
}
