import { arch, release, type } from 'node:os';
import type { System } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import { schemaVersion } from '../store/migrations/index.js';

/** What this server is made of, and runs on. */
export async function versionsOf({ store, loadBalancers }: Engine): Promise<System['versions']> {
  return {
    node: process.versions.node,
    haproxy: await loadBalancers.version(),
    store: await store.describeDatabase(),
    schema: schemaVersion,
    system: `${type()} ${release()} (${arch()})`,
  };
}
