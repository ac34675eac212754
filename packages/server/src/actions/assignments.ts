import type { Assignment } from '@certfleet/contract';
import { targets } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { enqueueDeploy } from '../jobs/enqueue.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentDetail, AssignmentRecord } from '../store/assignments.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';

/** Where a certificate should be, and is. */
export function assignmentHandlers(
  engine: Engine,
): Pick<Handlers['certificate'], 'assignments' | 'assign' | 'unassign'> {
  const { store } = engine;

  return {
    async assignments({ params: { name }, query }) {
      const { id } = await store.certificates.byName(name);
      const page = await store.assignments.list({ ...query, certificateId: id });
      return { items: page.items.map(toAssignment), nextCursor: page.nextCursor };
    },

    async assign({ params: { name }, body: { target, isDefault } }, actor) {
      const created = await store.transaction(async tx => {
        const certificate = await tx.certificates.byName(name);
        const assignment = await assign(tx, certificate, target, isDefault);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'certificate.assigned',
          subject: `certificate:${name}`,
          outcome: 'succeeded',
          message: `${name} was assigned to ${target}${isDefault ? ' as its default' : ''}.`,
          detail: { target, isDefault },
        });
        return assignment;
      });
      return toAssignment({ ...created, certificate: name, target, deployment: null });
    },

    async unassign({ params: { name, target } }, actor) {
      const certificate = await store.certificates.byName(name);
      const { id, type, config } = await store.targets.byName(target);
      const assignment = (await store.assignments.ofCertificate(certificate.id)).find(
        ({ targetId }) => targetId === id,
      );
      if (!assignment) throw new DomainError('not-found', `${name} is not assigned to ${target}.`);
      const event = { actor: describeActor(actor), action: 'certificate.unassigned', subject: `certificate:${name}` };
      await store.events.append({ ...event, outcome: 'intended', message: `${name} is to be taken off ${target}.` });
      // The assignment goes last: killed before that, it is still there, and asking again finishes it.
      const secrets = await store.targets.secrets(id);
      await pluginOf(targets, type).remove({ ...config, ...secrets }, name, engine.ports);
      await store.transaction(async tx => {
        await tx.assignments.delete(assignment.id);
        await tx.jobs.cancel('deploy', assignment.id);
        await tx.events.append({ ...event, outcome: 'succeeded', message: `${name} was taken off ${target}.` });
      });
    },
  };
}

/** Assigns within a transaction; if there is a version already, it is to be deployed. */
export async function assign(
  tx: Store,
  certificate: CertificateRecord,
  target: string,
  isDefault: boolean,
): Promise<AssignmentRecord> {
  if (certificate.csr !== null) {
    throw new DomainError(
      'not-possible',
      `The private key of ${certificate.name} never came here, since a CSR was brought along: it can't be deployed.`,
    );
  }
  const { id: targetId } = await tx.targets.byName(target);
  const assignment = await tx.assignments.create({ certificateId: certificate.id, targetId, isDefault });
  const current = await tx.versions.current(certificate.id);
  if (current) {
    await tx.deployments.create({ assignmentId: assignment.id, versionId: current.id });
    await enqueueDeploy(tx, certificate, assignment.id, assignment.createdAt);
  }
  return assignment;
}

function toAssignment({ id, certificate, target, isDefault, deployment, createdAt }: AssignmentDetail): Assignment {
  return {
    id,
    certificate,
    target,
    isDefault,
    deployment: deployment && {
      id: deployment.id,
      version: deployment.version,
      status: deployment.status,
      error: deployment.error,
      servedSerial: deployment.servedSerial,
      at: new Date(deployment.updatedAt).toISOString(),
    },
    createdAt: new Date(createdAt).toISOString(),
  };
}
