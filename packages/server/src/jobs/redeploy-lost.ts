import { PluginError, targets } from '@certfleet/plugins';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentRecord, NamedAssignment } from '../store/assignments.js';
import type { TargetRecord } from '../store/targets.js';
import { bundleFor } from './certificate-bundle.js';
import { enqueueDeploy } from './enqueue.js';

/**
 * Deploys again what should be on a load balancer's HTTPS virtual services and is not among their files: the store was
 * restored on another machine, or the files were lost. Done once after each start; it reads one list for each service.
 */
export async function redeployLost(engine: Engine, loadBalancerId: string): Promise<void> {
  const installed = new Map<number, ReadonlySet<string>>();
  for (const index of await httpsServices(engine, loadBalancerId)) {
    installed.set(index, new Set(await engine.loadBalancers.installedNames(index)));
  }
  for await (const { assignment, service } of assignmentsOn(engine, [...installed.keys()])) {
    if (!installed.get(service)?.has(assignment.certificate)) await redeploy(engine, assignment);
  }
}

/**
 * Brings the current versions of what is assigned to a load balancer's HTTPS virtual services there, without a
 * deployment: after a restore, while Certfleet is paused and deploys nothing, the services must serve what the backup
 * says. Deployments wait meanwhile, and prove it later. What can't be installed is told, and does not keep the others
 * from it.
 */
export async function serveRestored(engine: Engine, loadBalancerId: string): Promise<void> {
  const services = await httpsServices(engine, loadBalancerId);
  for await (const { assignment, service, target } of assignmentsOn(engine, services)) {
    const { certificate: name } = assignment;
    try {
      await install(engine, assignment, service, target);
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      await engine.store.events.append({
        actor: 'system',
        action: 'deployment.failed',
        subject: `certificate:${name}`,
        outcome: 'failed',
        message: `Could not bring ${name} to ${target.name} after the restore: ${error.message}`,
        detail: { target: target.name },
      });
    }
  }
}

async function install(
  { store, ports }: Engine,
  assignment: NamedAssignment,
  service: number,
  target: TargetRecord,
): Promise<void> {
  const current = await store.versions.current(assignment.certificateId);
  // A certificate whose key is elsewhere is on no virtual service.
  if (!current || (await store.keys.get(current.keyId)).custody !== 'server') return;
  const bundle = await bundleFor(store, { name: assignment.certificate }, current, assignment);
  const there = await ports.loadBalancers.certificate(service, bundle.name);
  if (there?.pem.startsWith(bundle.chain.trim()) && (there.isDefault || !bundle.isDefault)) return;
  await pluginOf(targets, target.type).install(target.config, bundle, ports);
}

async function httpsServices({ store }: Engine, loadBalancerId: string): Promise<number[]> {
  const services = await store.virtualServices.ofLoadBalancer(loadBalancerId);
  return services.filter(({ type, enabled }) => type === 'https' && enabled).map(({ index }) => index);
}

/** What is assigned to these virtual services. */
async function* assignmentsOn(
  { store }: Engine,
  services: readonly number[],
): AsyncGenerator<{ assignment: NamedAssignment; service: number; target: TargetRecord }> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof store.targets.list>> = await store.targets.list({ cursor, limit: 1000 });
    for (const target of page.items) {
      const service = serviceOf(target);
      if (!services.includes(service)) continue;
      for (const assignment of await store.assignments.onTargets([target.id])) yield { assignment, service, target };
    }
    cursor = page.nextCursor;
  }
}

function serviceOf({ type, config }: TargetRecord): number {
  return type === 'virtual-service' ? Number(config.virtualService) : Number.NaN;
}

async function redeploy(engine: Engine, assignment: AssignmentRecord): Promise<void> {
  await engine.store.transaction(async tx => {
    const certificate = await tx.certificates.get(assignment.certificateId);
    const current = await tx.versions.current(certificate.id);
    const latest = await tx.deployments.latest(assignment.id);
    if (!current || latest?.status !== 'verified') return;
    await tx.deployments.create({ assignmentId: assignment.id, versionId: current.id });
    await enqueueDeploy(tx, certificate, assignment.id, engine.clock.now());
    await tx.events.append({
      actor: 'system',
      action: 'deployment.lost',
      subject: `certificate:${certificate.name}`,
      outcome: 'failed',
      message: `${certificate.name} was deployed, but is not there any more. It is deployed again.`,
      detail: { version: current.number },
    });
  });
}
