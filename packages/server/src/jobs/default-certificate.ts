import { planDeployment } from '../issuance/plan-deployments.js';
import type { AssignmentRecord } from '../store/assignments.js';
import type { Store } from '../store/index.js';

/** Tells of those that were the default of a target until another certificate became it. */
export async function tellFormerDefaults(
  tx: Store,
  former: readonly string[],
  { actor, certificate, target }: { actor: string; certificate: string; target: string },
): Promise<void> {
  for (const name of former) {
    await tx.events.append({
      actor,
      action: 'certificate.default-taken',
      subject: `certificate:${name}`,
      outcome: 'succeeded',
      message: `${name} is not the default of ${target} any more: ${certificate} is. It stays assigned there for its names.`,
      detail: { target, by: certificate },
    });
  }
}

/** Who may become the default when an assignment ends, the latest that was it first; none that is to end as well. */
export async function heirsOf(store: Store, assignment: Pick<AssignmentRecord, 'id' | 'targetId'>) {
  const staying = [];
  for (const other of await store.assignments.otherDefaults(assignment)) {
    if (!(await store.jobs.find('undeploy', other.id))) staying.push(other);
  }
  return staying;
}

/** Before an assignment is deleted: if it is the default, the one that was it before it is that again. */
export async function passOnDefault(tx: Store, id: string, certificate: string): Promise<void> {
  const assignment = await tx.assignments.find(id);
  if (!assignment?.isDefault) return;
  const [heir] = await heirsOf(tx, assignment);
  if (!heir) return;
  await tx.assignments.makeDefault(heir);
  const inherits = await tx.certificates.get(heir.certificateId);
  await planDeployment(tx, inherits, heir);
  const { name: target } = await tx.targets.get(heir.targetId);
  await tx.events.append({
    actor: 'system',
    action: 'certificate.assigned',
    subject: `certificate:${inherits.name}`,
    outcome: 'succeeded',
    message: `${inherits.name} is the default of ${target} again, since ${certificate} is taken off.`,
    detail: { target, isDefault: true },
  });
}

/** Has the default of an assignment's place deployed once more, unless it is this one. */
export async function deployOtherDefault(tx: Store, assignment: Pick<AssignmentRecord, 'id' | 'targetId'>) {
  const [other] = await tx.assignments.otherDefaults(assignment);
  if (other?.isDefault) await planDeployment(tx, await tx.certificates.get(other.certificateId), other);
}
