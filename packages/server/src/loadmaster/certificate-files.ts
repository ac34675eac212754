import { Name, type VirtualService } from '@certfleet/contract';
import { targets } from '@certfleet/plugins';
import { refuseUnservable } from '../actions/assignments.js';
import { DomainError } from '../domain/errors.js';
import { describeActor } from '../http/actor.js';
import { planDeployment } from '../issuance/plan-deployments.js';
import { pauseOf } from '../pause.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentRecord } from '../store/assignments.js';
import type { DeploymentRecord } from '../store/deployments.js';
import { ask, type Call } from './command.js';
import { LoadMasterError } from './errors.js';
import { refusePaused } from './paused.js';
import { until } from './until.js';

/** An assignment of a virtual service, with both names. */
export type Assigned = AssignmentRecord & { certificate: string; target: string };

/**
 * The certificates that CertFile names, separated by spaces, the default first; undefined when it was not sent. Throws
 * 422 for one that there is not, or that this virtual service could not serve.
 */
export async function readCertificates(
  call: Call,
  type: VirtualService['type'] | 'sub',
): Promise<string[] | undefined> {
  const names = call.parameters
    .text('CertFile')
    ?.split(/\s+/)
    .filter(name => name !== '');
  if (names === undefined || names.length === 0) return names;
  if (type !== 'https') throw LoadMasterError.invalid('CertFile', 'Needs a virtual service with SSLAcceleration');
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) !== i) throw LoadMasterError.invalid('CertFile', `${name} is named twice`);
    await refuseUnfit(call, name, i === 0);
  }
  return names;
}

async function refuseUnfit({ engine: { store } }: Call, name: string, isDefault: boolean): Promise<void> {
  const certificate = Name.safeParse(name).success ? await store.certificates.findByName(name) : undefined;
  if (!certificate) throw LoadMasterError.invalid('CertFile', 'Unknown certificate');
  if (certificate.csr !== null) {
    throw LoadMasterError.invalid('CertFile', `The private key of ${name} is not here: it came with a CSR`);
  }
  try {
    refuseUnservable(pluginOf(targets, 'virtual-service'), certificate, isDefault);
  } catch (error) {
    throw error instanceof DomainError ? LoadMasterError.invalid('CertFile', error.message) : error;
  }
}

/**
 * Brings a virtual service to these certificates, the first as its default: old ones go when new ones are served.
 * Throws 422 with the deployment's error when one is not, and leaves the virtual service what it had. Returns what the
 * event is to say, when an old one can't go yet: that is done as soon as it can be.
 */
export async function assignCertificates(call: Call, index: number, names: readonly string[]): Promise<string> {
  const before = await assignedTo(call, index);
  const known = new Set(before.map(({ certificate }) => certificate));
  const added = names.filter(name => !known.has(name));
  const [standard] = names;
  try {
    for (const name of added) {
      const body = { target: `vs-${index}`, isDefault: name === names[0] };
      await ask(call, 'certificate', 'assign', { params: { name }, body });
      // One after the other: of two that are asked for by the same name, it is always the later one that is refused.
      await refuseUnserved(call, index, name);
    }
    if (standard !== undefined && (await setDefault(call, index, standard))) {
      await refuseUnserved(call, index, standard);
    }
  } catch (error) {
    await restoreDefault(call, index, before);
    await takeOff(call, await leaving(call, index, [...known]));
    throw error;
  }
  return takeOff(call, await leaving(call, index, names));
}

/** Takes these off, now or as soon as it can be done. Returns what is to be said of those that are still there. */
async function takeOff(call: Call, assigned: readonly Assigned[]): Promise<string> {
  const later: string[] = [];
  // The default last: none of those that go with it becomes it in between.
  for (const { certificate: name, target } of assigned.toReversed()) {
    try {
      await ask(call, 'certificate', 'unassign', { params: { name, target } });
    } catch (error) {
      // They end the wait, and not the work.
      const isDoneLater = error instanceof DomainError && ['conflict', 'not-possible'].includes(error.code);
      if (!isDoneLater) throw error;
      later.push(error.message);
    }
  }
  return later.join(' ');
}

/** Those of a virtual service's certificates that are not among the names. */
async function leaving(call: Call, index: number, names: readonly string[]): Promise<Assigned[]> {
  return (await assignedTo(call, index)).filter(({ certificate }) => !names.includes(certificate));
}

/** Throws 422 while Certfleet is paused, when one of its certificates would have to go: that is not done then. */
export async function refuseLeavingPaused(call: Call, index: number, names: readonly string[]): Promise<void> {
  if ((await leaving(call, index, names)).length > 0) await refusePaused(call.engine.store, 'taken away');
}

/** The certificates of a virtual service, whichever of its targets they are assigned to; the default one first. */
export async function assignedTo({ engine: { store } }: Call, index: number): Promise<Assigned[]> {
  const rows = await store.targets.onVirtualServices([index]);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const assignments = await store.assignments.onTargets([...names.keys()]);
  return assignments.map(each => ({ ...each, target: names.get(each.targetId) ?? '' }));
}

/** One of those that are assigned becomes the default. Returns whether it was not yet: then it is deployed again. */
async function setDefault(call: Call, index: number, name: string): Promise<boolean> {
  const chosen = (await assignedTo(call, index)).find(({ certificate }) => certificate === name);
  if (!chosen || chosen.isDefault) return false;
  await ask(call, 'certificate', 'assign', { params: { name }, body: { target: chosen.target, isDefault: true } });
  return true;
}

/** The one that was the default before is that again; waits until it is served. */
async function restoreDefault(call: Call, index: number, before: readonly Assigned[]): Promise<void> {
  const { store } = call.engine;
  const former = before.find(({ isDefault }) => isDefault);
  const present = former && (await store.assignments.find(former.id));
  if (!former || !present || present.isDefault) return;
  const { certificate: name } = former;
  await store.transaction(async tx => {
    await tx.assignments.restoreDefaults(before);
    await planDeployment(tx, await tx.certificates.byName(name), present);
    await tx.events.append({
      actor: describeActor(call.actor),
      action: 'certificate.assigned',
      subject: `certificate:${name}`,
      outcome: 'failed',
      message: `${name} stays the default certificate of virtual service ${index}: the one for its place is not served.`,
      detail: { virtualService: index },
    });
  });
  await untilDeployed(call, index, name);
}

/** Throws 422 unless it is served, as far as that can be told. While Certfleet is paused that is not asked. */
async function refuseUnserved(call: Call, index: number, name: string): Promise<void> {
  if (await pauseOf(call.engine.store)) return;
  const latest = await untilDeployed(call, index, name);
  if (!latest)
    throw LoadMasterError.invalid('CertFile', `${name} is not served yet: its other work takes long. Send it again`);
  if (latest.length === 0) throw LoadMasterError.invalid('CertFile', `${name} has not been issued yet`);
  const failed = latest.find(({ status }) => status === 'failed' || status === 'rolled-back');
  if (failed) throw LoadMasterError.invalid('CertFile', `${name} can't be served: ${failed.error}`);
}

/** What came of the latest deployments of one of its certificates; undefined when they take too long. */
export async function untilDeployed(call: Call, index: number, name: string): Promise<DeploymentRecord[] | undefined> {
  const { store, deploymentPatience: longest } = call.engine;
  const look = async () => {
    const assigned = (await assignedTo(call, index)).filter(({ certificate }) => certificate === name);
    const latest = [...(await store.deployments.latestOf(assigned.map(({ id }) => id))).values()];
    return latest.every(({ status }) => status !== 'pending' && status !== 'installed') ? latest : undefined;
  };
  return until(store, `certificate:${name}`, look, { longest, lookAgain: 100, stopping: call.stopping });
}
