import type { Engine } from '../engine.js';
import type { AssignmentRecord } from '../store/assignments.js';
import type { TargetRecord } from '../store/targets.js';
import { enqueueDeploy } from './enqueue.js';

/**
 * Deploys again what should be on a load balancer's HTTPS virtual services and is not among their files: the store was
 * restored on another machine, or the files were lost. Done once after each start; it reads one list for each service.
 */
export async function redeployLost(engine: Engine, loadBalancerId: string): Promise<void> {
  const { store, loadBalancers } = engine;
  const services = await store.virtualServices.ofLoadBalancer(loadBalancerId);
  const https = services.filter(({ type, enabled }) => type === 'https' && enabled);
  const installed = new Map<number, ReadonlySet<string>>();
  for (const { index } of https) installed.set(index, new Set(await loadBalancers.installedNames(index)));
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Awaited<ReturnType<typeof store.targets.list>> = await store.targets.list({ cursor, limit: 1000 });
    for (const target of page.items) {
      const names = installed.get(serviceOf(target));
      if (!names) continue;
      for (const assignment of await store.assignments.onTargets([target.id])) {
        if (!names.has(assignment.certificate)) await redeploy(engine, assignment);
      }
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
