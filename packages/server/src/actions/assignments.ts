import { setTimeout as pauseFor } from 'node:timers/promises';
import type { Assignment, Pause, ServicePlace } from '@certfleet/contract';
import { PluginError, type TargetPlugin, targets } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { planDeployment } from '../issuance/plan-deployments.js';
import { tellFormerDefaults } from '../jobs/default-certificate.js';
import { enqueueUndeploy } from '../jobs/enqueue.js';
import { describePause, pauseOf } from '../pause.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentDetail } from '../store/assignments.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import { servicePlaces } from './service-places.js';
import { whyPaused } from './show-renewal.js';

/** Where a certificate should be, and is. */
export function assignmentHandlers(
  engine: Engine,
): Pick<Handlers['certificate'], 'assignments' | 'assign' | 'unassign'> {
  const { store } = engine;

  return {
    async assignments({ params: { name }, query }) {
      const { id } = await store.certificates.byName(name);
      const page = await store.assignments.list({ ...query, certificateId: id });
      const paused = await pauseOf(store);
      const placeOf = await servicePlaces(
        store,
        page.items.map(({ targetConfig }) => targetConfig),
      );
      return {
        items: page.items.map(item => toAssignment(item, placeOf(item.targetConfig), paused)),
        nextCursor: page.nextCursor,
      };
    },

    async assign({ params: { name }, body: { target, isDefault } }, actor) {
      const { id: certificateId } = await store.certificates.byName(name);
      await store.transaction(async tx => {
        const certificate = await tx.certificates.byName(name);
        const { wasAssigned, stays } = await assign(tx, certificate, { target, isDefault }, actor);
        await tx.events.append({
          actor: describeActor(actor),
          action: 'certificate.assigned',
          subject: `certificate:${name}`,
          outcome: 'succeeded',
          message: wasAssigned
            ? `${name} became the default of ${target}.`
            : stays
              ? `${name} stays on ${target}.`
              : `${name} was assigned to ${target}${isDefault ? ' as its default' : ''}.`,
          detail: { target, isDefault },
        });
      });
      const [made] = (await store.assignments.list({ certificateId, target })).items;
      if (!made) throw new DomainError('conflict', `${name} was taken off ${target} again meanwhile.`);
      const placeOf = await servicePlaces(store, [made.targetConfig]);
      return toAssignment(made, placeOf(made.targetConfig), await pauseOf(store));
    },

    async unassign({ params: { name, target } }, actor) {
      const { assignmentId, failures } = await askToUnassign(engine, name, target, actor);
      await untilUndeployed(engine, assignmentId, failures, `${name} off ${target}`);
    },
  };
}

/**
 * Has a certificate taken off a target by a job, which tries until it has come about. Throws `not-found` where it is not
 * assigned. `failures`: how often that was tried in vain before.
 */
export async function askToUnassign(
  { store, clock }: Engine,
  name: string,
  target: string,
  actor: Actor,
): Promise<{ assignmentId: string; failures: number }> {
  const certificate = await store.certificates.byName(name);
  const { id: targetId } = await store.targets.byName(target);
  const assignment = (await store.assignments.ofCertificate(certificate.id)).find(each => each.targetId === targetId);
  if (!assignment) throw new DomainError('not-found', `${name} is not assigned to ${target}.`);
  const earlier = await store.jobs.find('undeploy', assignment.id);
  await store.transaction(async tx => {
    await enqueueUndeploy(tx, certificate, assignment.id, clock.now());
    await tx.events.append({
      actor: describeActor(actor),
      action: 'certificate.unassigned',
      subject: `certificate:${name}`,
      outcome: 'intended',
      message: `${name} is to be taken off ${target}.`,
      detail: { target },
    });
  });
  return { assignmentId: assignment.id, failures: earlier?.attempt ?? 0 };
}

/**
 * Waits for the job, whichever server runs it. Throws `not-possible` with what the target said or since Certfleet is
 * paused, and `conflict` when the certificate's other work takes long; the job stays in each case.
 */
async function untilUndeployed(
  { store, deploymentPatience }: Engine,
  assignmentId: string,
  failures: number,
  what: string,
): Promise<void> {
  const deadline = performance.now() + deploymentPatience;
  while (await store.assignments.find(assignmentId)) {
    const job = await store.jobs.find('undeploy', assignmentId);
    if (job && job.attempt > failures) {
      throw new DomainError('not-possible', `Could not take ${what}: ${job.lastError} It is tried again by itself.`);
    }
    const paused = await pauseOf(store);
    if (paused) {
      throw new DomainError(
        'not-possible',
        `Certfleet is ${describePause(paused)} It takes ${what} after "certfleet system resume".`,
      );
    }
    if (performance.now() > deadline) {
      throw new DomainError('conflict', `Other work is still under way; it takes ${what} as soon as that is done.`);
    }
    await pauseFor(50);
  }
}

/**
 * Assigns within a transaction; if there is a version already, it is to be deployed. One that is assigned there can be
 * made the default by it, and one that is to be taken off stays. Throws `already-exists` for one that is assigned like
 * that already.
 */
export async function assign(
  tx: Store,
  certificate: CertificateRecord,
  { target, isDefault }: { target: string; isDefault: boolean },
  actor: Actor,
): Promise<{ wasAssigned: boolean; stays: boolean }> {
  if (certificate.csr !== null) {
    throw new DomainError(
      'not-possible',
      `The private key of ${certificate.name} never came here, since a CSR was brought along: it can't be deployed.`,
    );
  }
  const { id: targetId, type } = await tx.targets.byName(target);
  refuseUnservable(pluginOf(targets, type), certificate, isDefault);
  const known = (await tx.assignments.ofCertificate(certificate.id)).find(each => each.targetId === targetId);
  // To assign what is to be taken off is to think better of it; it may be off already, and is brought there again.
  const stays = known !== undefined && (await tx.jobs.cancel('undeploy', known.id));
  const becomesDefault = known && isDefault && !known.isDefault ? known : undefined;
  const { formerDefaults, ...assignment } = becomesDefault
    ? { ...becomesDefault, formerDefaults: await tx.assignments.makeDefault(becomesDefault) }
    : stays
      ? { ...known, formerDefaults: [] }
      : await tx.assignments.create({ certificateId: certificate.id, targetId, isDefault });
  const told = { actor: describeActor(actor), certificate: certificate.name, target };
  await tellFormerDefaults(tx, formerDefaults, told);
  await planDeployment(tx, certificate, assignment);
  return { wasAssigned: becomesDefault !== undefined, stays };
}

/** Throws `not-possible` for names that clients could never reach there. */
export function refuseUnservable(
  plugin: TargetPlugin,
  { identifiers }: Pick<CertificateRecord, 'identifiers'>,
  isDefault: boolean,
): void {
  try {
    plugin.checkCertificate?.({ identifiers: identifiers.map(({ value }) => value), isDefault });
  } catch (cause) {
    if (!(cause instanceof PluginError)) throw cause;
    throw new DomainError('not-possible', cause.message, { cause });
  }
}

function toAssignment(
  { id, certificate, target, isDefault, deployment, undeploy, createdAt }: AssignmentDetail,
  virtualService: ServicePlace | null,
  paused: Pause | null,
): Assignment {
  return {
    id,
    certificate,
    target,
    virtualService,
    isDefault,
    deployment: deployment && {
      id: deployment.id,
      version: deployment.version,
      status: deployment.status,
      error: deployment.error,
      servedSerial: deployment.servedSerial,
      at: new Date(deployment.updatedAt).toISOString(),
    },
    toBeTakenOff: undeploy && {
      since: new Date(undeploy.createdAt).toISOString(),
      reason: paused ? whyPaused(paused) : undeploy.lastError,
    },
    createdAt: new Date(createdAt).toISOString(),
  };
}
