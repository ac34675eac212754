import { type CertificateBundle, PluginError, type ReadBack, type TargetPlugin, targets } from '@certfleet/plugins';
import { type CapturedCertificate, decideAfterReadBack } from '../domain/deployment.js';
import { unreachable } from '../domain/errors.js';
import { decideRetry, explainRetry, type Retry } from '../domain/retry.js';
import { days, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { tellDeploymentFailed } from '../notices/happenings.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentRecord } from '../store/assignments.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { DeploymentPatch, DeploymentRecord } from '../store/deployments.js';
import type { Lease } from '../store/jobs.js';
import type { TargetRecord } from '../store/targets.js';
import type { VersionRecord } from '../store/versions.js';
import { bundleFor } from './certificate-bundle.js';
import { deployOtherDefault } from './default-certificate.js';
import type { JobHandler } from './scheduler.js';

/** What was there before a deployment touched anything; kept until the end of the deployment. */
interface Before {
  captured: unknown;
  served: ReadBack;
}

/** What one attempt is about. */
interface Attempt {
  engine: Engine;
  lease: Lease;
  assignment: AssignmentRecord;
  deployment: DeploymentRecord;
  certificate: CertificateRecord;
  version: VersionRecord;
  target: TargetRecord;
}

/** With what it takes to touch the target. */
interface Equipped extends Attempt {
  plugin: TargetPlugin;
  config: Record<string, unknown>;
  bundle: CertificateBundle;
}

/**
 * Brings the latest version of a certificate to one assignment and proves it by reading back. Only this assignment is
 * tried again when it fails; nothing is issued for it.
 */
export function deploy(engine: Engine): JobHandler {
  return async ({ job, lease }, signal) => {
    const assignment = await engine.store.assignments.find(job.subject);
    const deployment = assignment && (await engine.store.deployments.latest(assignment.id));
    if (!assignment || !deployment || isOver(deployment)) return null;
    const attempt = await begin(engine, lease, assignment, deployment);
    try {
      return await bringForward(await equip(attempt));
    } catch (error) {
      if (signal.aborted) return engine.clock.now();
      return recordFailure(attempt, error);
    }
  };
}

function isOver({ status }: DeploymentRecord): boolean {
  switch (status) {
    case 'verified':
    case 'superseded':
      return true;
    case 'pending':
    case 'installed':
    case 'failed':
    case 'unreachable':
    case 'rolled-back':
      return false;
    default:
      return unreachable(status);
  }
}

async function bringForward(attempt: Equipped): Promise<Instant | null> {
  const { engine, plugin, config, bundle } = attempt;
  plugin.checkCertificate?.(bundle);
  const before = await captureOnce(attempt);
  if (await isToBeInstalled(attempt)) {
    // Installing twice does no harm, so a crash before the next line costs a second installation and nothing else.
    report(attempt, 'installing', 'is being brought to');
    await installAsItIsNow(attempt);
    await save(attempt, { status: 'installed' });
    report(attempt, 'installed', 'is installed, and is looked for by a handshake, on');
  }
  const after = await plugin.readBack(config, bundle, engine.ports);
  const now = engine.clock.now();
  const facts = {
    expected: attempt.version.fingerprintSha256,
    before: before.served,
    after,
    installedAt: attempt.deployment.updatedAt,
    captured: await whatWasCaptured(attempt, before),
  };
  const decision = decideAfterReadBack(facts, now);
  const servedSerial = after.outcome === 'served' ? after.serial : null;
  switch (decision.next) {
    case 'look-again':
      return decision.at;
    case 'done':
      await conclude(attempt, decision.status, servedSerial, 'reason' in decision ? decision.reason : null);
      // What is not proven is looked at again: the firewall may open, the service may be switched on.
      return decision.status === 'verified' ? null : now + days(1);
    case 'restore':
      await plugin.restore(config, before.captured, bundle, engine.ports);
      return rolledBack(attempt, servedSerial, decision.reason, facts.captured);
    default:
      return unreachable(decision);
  }
}

/**
 * Installs it as the default or not, as that is by now. If another certificate has become the default in the same
 * moment, and this one has taken it back from it, that one is deployed once more.
 */
async function installAsItIsNow({ engine, lease, assignment, plugin, config, bundle }: Equipped): Promise<void> {
  const { store, ports } = engine;
  const { isDefault } = await store.assignments.get(assignment.id);
  await plugin.install(config, { ...bundle, isDefault }, ports);
  if (!isDefault || (await store.assignments.get(assignment.id)).isDefault) return;
  await store.fenced(lease, tx => deployOtherDefault(tx, assignment));
}

/** Tells who looks on. What it comes to is told by an event. */
function report({ engine, certificate, version, target }: Attempt, step: string, does: string): void {
  const message = `Version ${version.number} ${does} ${target.name}.`;
  engine.progress.report({ subject: `certificate:${certificate.name}`, step, target: target.name, message });
}

/** What is only unproven is not touched again, unless something else answers there by now. */
async function isToBeInstalled({ engine, deployment, version, plugin, config, bundle }: Equipped): Promise<boolean> {
  if (deployment.status !== 'unreachable') return deployment.status !== 'installed';
  const served = await plugin.readBack(config, bundle, engine.ports);
  return served.outcome === 'served' && served.fingerprintSha256 !== version.fingerprintSha256;
}

/** What was there, stored before anything is touched, and only once: a second look might see our own half-done work. */
async function captureOnce({ engine, lease, deployment, plugin, config, bundle }: Equipped): Promise<Before> {
  const stored = await engine.store.deployments.captured(deployment.id);
  if (stored !== null) return JSON.parse(stored);
  const before: Before = {
    captured: await plugin.capture(config, bundle, engine.ports),
    served: await plugin.readBack(config, bundle, engine.ports),
  };
  await engine.store.fenced(lease, tx =>
    tx.deployments.update(deployment.id, { captured: JSON.stringify(before), error: null }),
  );
  return before;
}

/** The captured certificate as far as it is one of ours: whether bringing it back would do any good. */
async function whatWasCaptured({ engine, version }: Attempt, before: Before): Promise<CapturedCertificate | null> {
  if (before.captured === null) return null;
  const { served } = before;
  const earlier =
    served.outcome === 'served'
      ? await engine.store.versions.byFingerprint(version.certificateId, served.fingerprintSha256)
      : null;
  return { notAfter: earlier?.notAfter ?? null, revokedAt: earlier?.revokedAt ?? null };
}

/** The end of an attempt: what was captured is not needed any more, and may hold a key. */
async function conclude(
  attempt: Attempt,
  status: 'verified' | 'unreachable' | 'failed' | 'rolled-back',
  servedSerial: string | null,
  reason: string | null,
  attempts = attempt.deployment.attempts,
): Promise<void> {
  const { engine, lease, certificate, version, target, deployment } = attempt;
  // A daily look that finds nothing new is no news.
  if (deployment.status === status && deployment.error === reason) return;
  await engine.store.fenced(lease, async tx => {
    const captured = status === 'verified' || status === 'rolled-back' ? { captured: null } : {};
    await tx.deployments.update(deployment.id, { status, servedSerial, error: reason, attempts, ...captured });
    await tx.events.append({
      actor: 'system',
      action: `deployment.${status}`,
      subject: `certificate:${certificate.name}`,
      outcome: status === 'verified' ? 'succeeded' : 'failed',
      message:
        status === 'verified'
          ? `Version ${version.number} of ${certificate.name} is live on ${target.name}: a handshake read serial ${servedSerial}.`
          : `Version ${version.number} of ${certificate.name} on ${target.name}: ${reason}`,
      detail: { target: target.name, version: version.number, servedSerial },
    });
    if (status !== 'rolled-back') return;
    const told = `Version ${version.number} was taken back from ${target.name}: ${reason}`;
    const tried = { attempts, lastAttemptAt: deployment.updatedAt };
    await tellDeploymentFailed(tx, certificate, version, tried, told, engine.clock.now());
  });
}

/**
 * What was there is back, and it is tried again later: the stale process or the second certificate for the name may be
 * gone by then, and what is back would expire before the next version comes.
 */
async function rolledBack(
  attempt: Attempt,
  servedSerial: string | null,
  reason: string,
  captured: CapturedCertificate | null,
): Promise<Instant> {
  const { engine, version, deployment } = attempt;
  const now = engine.clock.now();
  const attempts = deployment.attempts + 1;
  const error = new PluginError('verificationFailed', `${reason} What was there before is back.`);
  const retry = decideRetry(error, attempts, captured?.notAfter ?? version.notAfter, now, engine.clock.random);
  const message = `${error.message} ${explainRetry(retry, attempts, now)}.`;
  await conclude(attempt, 'rolled-back', servedSerial, message, attempts);
  return afterFailure(retry, now);
}

async function recordFailure(attempt: Attempt, error: unknown): Promise<Instant> {
  const { engine, certificate, version, target, deployment } = attempt;
  const { now: clockNow, random } = engine.clock;
  const now = clockNow();
  const attempts = deployment.attempts + 1;
  const retry = decideRetry(error, attempts, version.notAfter, now, random);
  const message = error instanceof Error ? error.message : String(error);
  engine.log.warn({ certificate: certificate.name, target: target.name, err: error }, 'Deployment failed');
  await engine.store.fenced(attempt.lease, async tx => {
    await tx.deployments.update(deployment.id, { status: 'failed', attempts, error: message });
    await tx.events.append({
      actor: 'system',
      action: 'deployment.failed',
      subject: `certificate:${certificate.name}`,
      outcome: 'failed',
      message: `Could not bring version ${version.number} of ${certificate.name} to ${target.name}: ${message}\n${explainRetry(retry, attempts, now)}.`,
      detail: { target: target.name, version: version.number, attempts },
    });
    const told = `Version ${version.number} could not be brought to ${target.name}: ${message} ${explainRetry(retry, attempts, now)}.`;
    const lastAttemptAt = deployment.updatedAt;
    await tellDeploymentFailed(tx, certificate, version, { attempts, lastAttemptAt }, told, now);
  });
  return afterFailure(retry, now);
}

/** Even what only a person can mend is looked at daily: the mending may happen where we don't see it. */
function afterFailure(retry: Retry, now: Instant): Instant {
  return retry.giveUp ? now + days(1) : retry.at;
}

async function save(attempt: Attempt, patch: DeploymentPatch): Promise<void> {
  const { engine, lease, deployment } = attempt;
  attempt.deployment = await engine.store.fenced(lease, tx => tx.deployments.update(deployment.id, patch));
}

/** What there is to tell of a failure; everything that can fail for a reason of this one target comes after it. */
async function begin(
  engine: Engine,
  lease: Lease,
  assignment: AssignmentRecord,
  latest: DeploymentRecord,
): Promise<Attempt> {
  const { store } = engine;
  return {
    engine,
    lease,
    assignment,
    deployment: latest.status === 'rolled-back' ? await startAgain(engine, lease, latest) : latest,
    certificate: await store.certificates.get(assignment.certificateId),
    version: await store.versions.get(latest.versionId),
    target: await store.targets.get(assignment.targetId),
  };
}

/** After a rollback the attempt is over: the next one captures anew, and waits longer if it fails as well. */
function startAgain(engine: Engine, lease: Lease, over: DeploymentRecord): Promise<DeploymentRecord> {
  const { assignmentId, versionId, attempts } = over;
  return engine.store.fenced(lease, async tx => {
    const { id } = await tx.deployments.create({ assignmentId, versionId });
    return tx.deployments.update(id, { attempts });
  });
}

async function equip(attempt: Attempt): Promise<Equipped> {
  const { engine, assignment, certificate, version, target } = attempt;
  const { store } = engine;
  return {
    ...attempt,
    plugin: pluginOf(targets, target.type),
    config: (await store.targets.withSecrets(target.id)).config,
    bundle: await bundleFor(store, certificate, version, assignment),
  };
}
