import { describeActor } from '../http/actor.js';
import { planDeployment } from '../issuance/plan-deployments.js';
import { pauseOf } from '../pause.js';
import type { Store } from '../store/index.js';
import { type Assigned, assignedTo, untilDeployed } from './certificate-files.js';
import { ask, type Call } from './command.js';
import { refusePaused } from './paused.js';
import { until } from './until.js';

/** What can only be done with a virtual service that has no certificates. */
export interface Step {
  /** Does it in the store alone, in a transaction that is taken back; throws what the step would throw. */
  rehearse(tx: Store): Promise<void>;
  perform(): Promise<void>;
}

/** Ends a transaction that was only tried. */
class Rehearsed extends Error {}

/**
 * Takes all certificates off a virtual service, then does the step. What is refused has not cost the certificates:
 * while Certfleet is paused, or when the rehearsal is refused, none is taken off; when one can't be taken off now, or
 * the step itself is refused, those that were come back.
 */
export async function withoutCertificates(call: Call, index: number, step: Step): Promise<void> {
  const { store } = call.engine;
  const assigned = await assignedTo(call, index);
  if (assigned.length === 0) return step.perform();
  await refusePaused(store, 'taken away');
  await rehearse(store, assigned, step);
  const leavingAnyway = new Set<string>();
  for (const { id } of assigned) if (await store.jobs.find('undeploy', id)) leavingAnyway.add(id);
  try {
    // The default last: none of those that go with it becomes it in between.
    for (const { certificate: name, target } of assigned.toReversed()) {
      await ask(call, 'certificate', 'unassign', { params: { name, target } });
    }
    await step.perform();
  } catch (error) {
    await bringBack(
      call,
      index,
      assigned.filter(({ id }) => !leavingAnyway.has(id)),
    );
    throw error;
  }
}

async function rehearse(store: Store, assigned: readonly Assigned[], step: Step): Promise<void> {
  try {
    await store.transaction(async tx => {
      for (const { id } of assigned) await tx.assignments.delete(id);
      await step.rehearse(tx);
      throw new Rehearsed();
    });
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
  }
}

/**
 * Withdraws what was asked for and is not done yet, assigns again what was taken off, and waits until all is served.
 */
async function bringBack(call: Call, index: number, assigned: readonly Assigned[]): Promise<void> {
  for (const each of assigned) {
    if (await stays(call, each)) continue;
    const { certificate: name, target, isDefault } = each;
    await ask(call, 'certificate', 'assign', { params: { name }, body: { target, isDefault } });
  }
  // While it is paused that comes later.
  if (await pauseOf(call.engine.store)) return;
  for (const { certificate } of assigned) await untilDeployed(call, index, certificate);
}

/**
 * Whether the assignment is still there and is not going to end. It is deployed again: it may have been half taken off.
 */
async function stays(call: Call, { id, certificate: name, target }: Assigned): Promise<boolean> {
  const { store, deploymentPatience: longest } = call.engine;
  const look = async () => {
    // One that runs comes to its end first.
    await store.jobs.cancel('undeploy', id);
    return (await store.jobs.find('undeploy', id)) ? undefined : true;
  };
  await until(store, `certificate:${name}`, look, { longest, lookAgain: 100, stopping: call.stopping });
  if (!(await store.assignments.find(id))) return false;
  await store.transaction(async tx => {
    await planDeployment(tx, await tx.certificates.byName(name), { id });
    await tx.events.append({
      actor: describeActor(call.actor),
      action: 'certificate.unassigned',
      subject: `certificate:${name}`,
      outcome: 'failed',
      message: `${name} stays on ${target}: what it was to be taken off for was not done.`,
      detail: { target },
    });
  });
  return true;
}
