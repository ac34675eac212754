import type { Store } from '../store/index.js';
import { LoadMasterError } from './errors.js';
import { socketOf } from './fields/lets-encrypt.js';

/** Throws 422 naming every place where the certificate is used. */
export async function refuseAssigned(store: Store, { id, name }: { id: string; name: string }): Promise<void> {
  const assignments = await store.assignments.ofCertificate(id);
  if (assignments.length === 0) return;
  const places = assignments.map(async ({ targetId }) => {
    const { name: target, type, config } = await store.targets.get(targetId);
    if (type === 'admin-interface') return 'the administrative interface';
    const service = type === 'virtual-service' && (await store.virtualServices.find(Number(config.virtualService)));
    return service ? `virtual service ${service.index} (${socketOf(service)})` : `target ${target}`;
  });
  throw new LoadMasterError(422, `${name} is in use by ${(await Promise.all(places)).join(', ')}. Unassign it first`);
}
