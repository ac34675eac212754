import { Name, type VirtualService } from '@certfleet/contract';
import { targets } from '@certfleet/plugins';
import { refuseUnservable } from '../actions/assignments.js';
import { DomainError } from '../domain/errors.js';
import { seconds } from '../domain/time.js';
import { describeActor } from '../http/actor.js';
import { enqueueDeploy } from '../jobs/enqueue.js';
import { pauseOf } from '../pause.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentRecord } from '../store/assignments.js';
import type { Store } from '../store/index.js';
import { ask, type Call } from './command.js';
import { LoadMasterError } from './errors.js';
import { until } from './until.js';

/** So long a client is kept waiting until what it assigned is served; assigned it is in any case. */
const longestWait = seconds(25);

/** An assignment of a virtual service, with both names. */
type Assigned = AssignmentRecord & { certificate: string; target: string };

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
 * Throws 422 with the deployment's error when one is not, and leaves the virtual service what it had.
 */
export async function assignCertificates(call: Call, index: number, names: readonly string[]): Promise<void> {
  const before = new Set((await assignedTo(call, index)).map(({ certificate }) => certificate));
  const added = names.filter(name => !before.has(name));
  try {
    for (const name of added) {
      const body = { target: `vs-${index}`, isDefault: name === names[0] };
      await ask(call, 'certificate', 'assign', { params: { name }, body });
    }
    for (const name of added) await refuseUnserved(call, index, name);
  } catch (error) {
    await unassignCertificates(call, index, [...before]);
    throw error;
  }
  const [standard] = names;
  if (standard !== undefined && (await setDefault(call, index, standard))) await refuseUnserved(call, index, standard);
  await unassignCertificates(call, index, names);
}

/** Takes all certificates off a virtual service but these. */
export async function unassignCertificates(call: Call, index: number, stay: readonly string[] = []): Promise<void> {
  for (const { certificate, target } of await assignedTo(call, index)) {
    if (!stay.includes(certificate)) {
      await ask(call, 'certificate', 'unassign', { params: { name: certificate, target } });
    }
  }
}

/** Ends a transaction that was only tried. */
class Rehearsed extends Error {}

/**
 * Takes all certificates off a virtual service, provided that `next` can be done then: it is tried first, in a
 * transaction that is taken back. So what is refused for another reason has not cost the certificates. Throws what
 * `next` throws.
 */
export async function unassignBefore(call: Call, index: number, next: (tx: Store) => Promise<void>): Promise<void> {
  const assigned = await assignedTo(call, index);
  if (assigned.length === 0) return;
  try {
    await call.engine.store.transaction(async tx => {
      for (const { id } of assigned) await tx.assignments.delete(id);
      await next(tx);
      throw new Rehearsed();
    });
  } catch (error) {
    if (!(error instanceof Rehearsed)) throw error;
  }
  await unassignCertificates(call, index);
}

async function assignedTo({ engine: { store } }: Call, index: number): Promise<Assigned[]> {
  const rows = await store.targets.onVirtualServices([index]);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const assignments = await store.assignments.onTargets([...names.keys()]);
  return assignments.map(each => ({ ...each, target: names.get(each.targetId) ?? '' }));
}

/**
 * One of those that are assigned becomes the default and no other stays it. Returns whether it is to be deployed again.
 */
async function setDefault(call: Call, index: number, name: string): Promise<boolean> {
  const { store, clock } = call.engine;
  const wrong = (await assignedTo(call, index)).filter(each => each.isDefault !== (each.certificate === name));
  const chosen = wrong.find(({ certificate }) => certificate === name);
  if (wrong.length === 0) return false;
  await store.transaction(async tx => {
    for (const { id, isDefault } of wrong) await tx.assignments.setDefault(id, !isDefault);
    const certificate = await tx.certificates.byName(name);
    if (chosen && certificate.currentVersionId !== null) {
      await tx.deployments.create({ assignmentId: chosen.id, versionId: certificate.currentVersionId });
      await enqueueDeploy(tx, certificate, chosen.id, clock.now());
    }
    await tx.events.append({
      actor: describeActor(call.actor),
      action: 'certificate.assigned',
      subject: `certificate:${name}`,
      outcome: 'succeeded',
      message: `${name} became the default certificate of virtual service ${index}.`,
      detail: { virtualService: index },
    });
  });
  return chosen !== undefined;
}

/**
 * Waits for the latest deployment, and throws 422 unless it is served, as far as that can be told. While Certfleet is
 * paused nothing is deployed, and nothing is waited for.
 */
async function refuseUnserved(call: Call, index: number, name: string): Promise<void> {
  const { store } = call.engine;
  if (await pauseOf(store)) return;
  const look = async () => {
    const assigned = (await assignedTo(call, index)).filter(({ certificate }) => certificate === name);
    const latest = [...(await store.deployments.latestOf(assigned.map(({ id }) => id))).values()];
    return latest.every(({ status }) => status !== 'pending' && status !== 'installed') ? latest : undefined;
  };
  const patience = { longest: longestWait, lookAgain: 100, stopping: call.stopping };
  const latest = await until(store, `certificate:${name}`, look, patience);
  if (!latest)
    throw LoadMasterError.invalid('CertFile', `${name} is not served yet: its other work takes long. Send it again`);
  if (latest.length === 0) throw LoadMasterError.invalid('CertFile', `${name} has not been issued yet`);
  const failed = latest.find(({ status }) => status === 'failed' || status === 'rolled-back');
  if (failed) throw LoadMasterError.invalid('CertFile', `${name} can't be served: ${failed.error}`);
}
