import { DomainError } from '../domain/errors.js';
import type { Store } from '../store/index.js';
import type { Properties } from '../store/virtual-services.js';
import { owningChangeable, subOf } from './virtual-service-facts.js';

/**
 * Keeps what an API's clients send and want to read back, but nothing acts on: it changes neither HAProxy nor what the
 * REST API shows. Names that are not given stay as they are; undefined takes one away. It is read from `properties` of
 * the store's records.
 *
 * @param index of a virtual service or sub virtual service
 * @param realServer the number of a real server in it, whose properties these are; null: they are its own
 * @throws {DomainError} `not-found`
 */
export async function keepProperties(
  store: Store,
  index: number,
  realServer: number | null,
  properties: Properties,
): Promise<void> {
  await store.transaction(async tx => {
    const service = await owningChangeable(tx, index);
    const pool = service.index === index ? service : subOf(service, index);
    if (realServer === null) {
      await tx.virtualServices.update(index, { properties: { ...pool.properties, ...properties } });
      return;
    }
    const server = pool.realServers.find(candidate => candidate.index === realServer);
    if (!server) throw new DomainError('not-found', `There is no real server ${realServer} in ${index}.`);
    await tx.realServers.update(index, realServer, { properties: { ...server.properties, ...properties } });
  });
}
