import { Name } from '@certfleet/contract';
import { pauseOf } from '../pause.js';
import type { Store } from '../store/index.js';
import type { TargetRecord } from '../store/targets.js';
import { ask, type Call } from './command.js';
import { LoadMasterError } from './errors.js';

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
  const others = before.filter(each => each !== name);
  const pause = others.length > 0 ? await pauseOf(store) : null;
  if (pause) throw new LoadMasterError(422, `Nothing is taken away, since Certfleet is paused: ${pause.reason}`);
  // The interface serves one certificate, and taking it away uncovers the self-signed one: what is new comes last.
  for (const other of others) {
    await ask(call, 'certificate', 'unassign', { params: { name: other, target: target?.name ?? '' } });
  }
  if (before.includes(name)) return;
  const { name: targetName } =
    target ?? (await ask(call, 'target', 'create', { body: { name: targetType, type: targetType, config: {} } }));
  await ask(call, 'certificate', 'assign', { params: { name }, body: { target: targetName } });
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
