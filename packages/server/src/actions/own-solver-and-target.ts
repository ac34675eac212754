import { DomainError } from '../domain/errors.js';
import type { Store } from '../store/index.js';
import type { PluginRecord } from '../store/plugin-rows.js';
import type { VirtualServiceRecord } from '../store/virtual-services.js';

/** The name of a virtual service's own solver and target. */
function ownName(index: number): string {
  return `vs-${index}`;
}

/** Throws `invalid-input` for a name that a virtual service may come to need for its own solver and target. */
export function refuseOwnName(name: string): void {
  if (!/^vs-\d+$/.test(name)) return;
  const message = `${name} is a name of virtual services' own solvers and targets. Choose another one.`;
  throw new DomainError('invalid-input', message, { fields: [{ path: 'name', message }] });
}

/** Throws `not-possible` for a virtual service's own solver or target: it comes and goes with the service. */
export async function refuseOwn(store: Store, { name, config }: PluginRecord): Promise<void> {
  const index = Number(config.virtualService);
  if (name !== ownName(index) || (await store.virtualServices.find(index)) === undefined) return;
  throw new DomainError('not-possible', `${name} is virtual service ${index}'s own: it stays as long as the service.`);
}

/** Makes a new virtual service a solver, and an HTTPS one a target too. */
export async function addSolverAndTarget(tx: Store, { index, type }: VirtualServiceRecord): Promise<void> {
  await tx.solvers.create(ownRow(index));
  if (type === 'https') await tx.targets.create(ownRow(index));
}

/**
 * After a change of its type: an HTTPS service has a target, the others have none. Throws `in-use` while a certificate
 * is assigned to it, or another target, which someone made, is configured for it.
 */
export async function fitTarget(tx: Store, { index, type }: VirtualServiceRecord): Promise<void> {
  if (type !== 'https') return deleteOwn(tx.targets, 'target', index);
  if (!(await tx.targets.findByName(ownName(index)))) await tx.targets.create(ownRow(index));
}

function ownRow(index: number) {
  return { name: ownName(index), type: 'virtual-service', config: { virtualService: index }, secrets: null };
}

/**
 * Deletes a virtual service with its own solver and target. Throws `in-use` while a certificate is assigned to it or is
 * proven by it, or while another solver or target, which someone made, is configured for it.
 */
export async function deleteWithSolverAndTarget(tx: Store, { index }: { index: number }): Promise<void> {
  await deleteOwn(tx.solvers, 'solver', index);
  await deleteOwn(tx.targets, 'target', index);
  await tx.virtualServices.delete(index);
}

async function deleteOwn(rows: Store['solvers'] | Store['targets'], noun: string, index: number): Promise<void> {
  for (const { id, name } of await rows.onVirtualServices([index])) {
    if (name !== ownName(index)) {
      throw new DomainError(
        'in-use',
        `Virtual service ${index} must stay what it is: the ${noun} ${name} is configured for it. Delete that one first.`,
      );
    }
    await rows.delete(id);
  }
}
