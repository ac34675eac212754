import { Name } from '@certfleet/contract';
import type { Store } from '../store/index.js';
import type { TargetRecord } from '../store/targets.js';
import { ask, type Call } from './command.js';
import { LoadMasterError } from './errors.js';
import { refusePaused } from './paused.js';

/*
 * A LoadMaster has one administrative certificate. Here it is what is assigned to the target of type `admin-interface`,
 * which is made when it is first needed.
 */

const targetType = 'admin-interface';

/** The certificate's name; empty: the self-signed one is served. */
export async function readAdminCertificate(store: Store): Promise<string> {
  const target = await findTarget(store);
  return target ? ((await assignedTo(store, target))[0] ?? '') : '';
}

/**
 * Assigns a certificate to the administrative interface in the place of the one before. Throws 422 for one that is
 * unknown or whose key is not here; `field` is the parameter that named it.
 */
export async function writeAdminCertificate(call: Call, name: string, field: string): Promise<void> {
  const { store } = call.engine;
  const certificate = Name.safeParse(name).success ? await store.certificates.findByName(name) : undefined;
  if (!certificate) throw LoadMasterError.invalid(field, 'Unknown certificate');
  if (certificate.csr !== null) {
    throw LoadMasterError.invalid(field, `The private key of ${name} is not here: it came with a CSR`);
  }
  const target = await findTarget(store);
  const before = target ? await assignedTo(store, target) : [];
  // The interface serves one certificate, and taking it away uncovers the self-signed one: what is new comes last.
  const others = before.filter(each => each !== name);
  if (target) await takeOff(call, target, others);
  if (before.includes(name)) return;
  const { name: targetName } =
    target ?? (await ask(call, 'target', 'create', { body: { name: targetType, type: targetType, config: {} } }));
  await ask(call, 'certificate', 'assign', { params: { name }, body: { target: targetName } });
}

/** Takes the certificate off the administrative interface, which serves the self-signed one again. */
export async function clearAdminCertificate(call: Call): Promise<void> {
  const { store } = call.engine;
  const target = await findTarget(store);
  if (target) await takeOff(call, target, await assignedTo(store, target));
}

/** Throws 422 while Certfleet is paused and there is one to take off. */
async function takeOff(call: Call, { name: target }: TargetRecord, names: readonly string[]): Promise<void> {
  if (names.length > 0) await refusePaused(call.engine.store, 'taken away');
  for (const name of names) await ask(call, 'certificate', 'unassign', { params: { name, target } });
}

async function findTarget(store: Store): Promise<TargetRecord | undefined> {
  let cursor: string | undefined;
  do {
    const page = await store.targets.list({ limit: 1000, cursor });
    const found = page.items.find(({ type }) => type === targetType);
    if (found) return found;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return undefined;
}

async function assignedTo(store: Store, { id }: TargetRecord): Promise<string[]> {
  return (await store.assignments.onTargets([id])).map(({ certificate }) => certificate);
}
