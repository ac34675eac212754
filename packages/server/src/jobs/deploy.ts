import { certificateDetails, parseChain } from '@certfleet/acme';
import { type CertificateBundle, type ReadBack, type TargetPlugin, targets } from '@certfleet/plugins';
import { type CapturedCertificate, decideAfterReadBack } from '../domain/deployment.js';
import { unreachable } from '../domain/errors.js';
import { decideRetry, explainRetry } from '../domain/retry.js';
import { days, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { pluginOf } from '../plugin-config.js';
import type { AssignmentRecord } from '../store/assignments.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { DeploymentPatch, DeploymentRecord } from '../store/deployments.js';
import type { Lease } from '../store/jobs.js';
import type { VersionRecord } from '../store/versions.js';
import type { JobHandler } from './scheduler.js';

/** What was there before a deployment touched anything; kept until the end of the deployment. */
interface Before {
  captured: unknown;
  served: ReadBack;
}

/** Everything about one attempt. */
interface Attempt {
  engine: Engine;
  lease: Lease;
  deployment: DeploymentRecord;
  certificate: CertificateRecord;
  version: VersionRecord;
  target: string;
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
    const attempt = await prepare(engine, lease, assignment, deployment);
    try {
      return await bringForward(attempt);
    } catch (error) {
      if (signal.aborted) return engine.clock.now();
      return recordFailure(attempt, error);
    }
  };
}

function isOver({ status }: DeploymentRecord): boolean {
  switch (status) {
    case 'verified':
    case 'rolled-back':
    case 'superseded':
      return true;
    case 'pending':
    case 'installed':
    case 'failed':
    case 'unreachable':
      return false;
    default:
      return unreachable(status);
  }
}

async function bringForward(attempt: Attempt): Promise<Instant | null> {
  const { engine, plugin, config, bundle } = attempt;
  const before = await captureOnce(attempt);
  if (await isToBeInstalled(attempt)) {
    // Installing twice does no harm, so a crash before the next line costs a second installation and nothing else.
    await plugin.install(config, bundle, engine.ports);
    await save(attempt, { status: 'installed' });
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
      await conclude(attempt, 'rolled-back', servedSerial, `${decision.reason} What was there before is back.`);
      return null;
    default:
      return unreachable(decision);
  }
}

/** What is only unproven is not touched again, unless something else answers there by now. */
async function isToBeInstalled({ engine, deployment, version, plugin, config, bundle }: Attempt): Promise<boolean> {
  if (deployment.status !== 'unreachable') return deployment.status !== 'installed';
  const served = await plugin.readBack(config, bundle, engine.ports);
  return served.outcome === 'served' && served.fingerprintSha256 !== version.fingerprintSha256;
}

/** What was there, stored before anything is touched, and only once: a second look might see our own half-done work. */
async function captureOnce({ engine, lease, deployment, plugin, config, bundle }: Attempt): Promise<Before> {
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
): Promise<void> {
  const { engine, lease, certificate, version, target, deployment } = attempt;
  // A daily look that finds nothing new is no news.
  if (deployment.status === status && deployment.error === reason) return;
  await engine.store.fenced(lease, async tx => {
    const captured = status === 'verified' || status === 'rolled-back' ? { captured: null } : {};
    await tx.deployments.update(deployment.id, { status, servedSerial, error: reason, ...captured });
    await tx.events.append({
      actor: 'system',
      action: `deployment.${status}`,
      subject: `certificate:${certificate.name}`,
      outcome: status === 'verified' ? 'succeeded' : 'failed',
      message:
        status === 'verified'
          ? `Version ${version.number} of ${certificate.name} is live on ${target}: a handshake read serial ${servedSerial}.`
          : `Version ${version.number} of ${certificate.name} on ${target}: ${reason}`,
      detail: { target, version: version.number, servedSerial },
    });
  });
}

async function recordFailure(attempt: Attempt, error: unknown): Promise<Instant> {
  const { engine, certificate, version, target, deployment } = attempt;
  const { now: clockNow, random } = engine.clock;
  const now = clockNow();
  const attempts = deployment.attempts + 1;
  const retry = decideRetry(error, attempts, version.notAfter, now, random);
  const message = error instanceof Error ? error.message : String(error);
  engine.log.warn({ certificate: certificate.name, target, err: error }, 'Deployment failed');
  await engine.store.fenced(attempt.lease, async tx => {
    await tx.deployments.update(deployment.id, { status: 'failed', attempts, error: message });
    await tx.events.append({
      actor: 'system',
      action: 'deployment.failed',
      subject: `certificate:${certificate.name}`,
      outcome: 'failed',
      message: `Could not bring version ${version.number} of ${certificate.name} to ${target}: ${message}\n${explainRetry(retry, attempts, now)}.`,
      detail: { target, version: version.number, attempts },
    });
  });
  return retry.giveUp ? now + days(1) : retry.at;
}

async function save(attempt: Attempt, patch: DeploymentPatch): Promise<void> {
  const { engine, lease, deployment } = attempt;
  attempt.deployment = await engine.store.fenced(lease, tx => tx.deployments.update(deployment.id, patch));
}

async function prepare(
  engine: Engine,
  lease: Lease,
  assignment: AssignmentRecord,
  deployment: DeploymentRecord,
): Promise<Attempt> {
  const { store } = engine;
  const certificate = await store.certificates.get(assignment.certificateId);
  const version = await store.versions.get(deployment.versionId);
  const target = await store.targets.get(assignment.targetId);
  const plugin = pluginOf(targets, target.type);
  const { certificates } = parseChain(version.chain);
  return {
    engine,
    lease,
    deployment,
    certificate,
    version,
    target: target.name,
    plugin,
    config: { ...target.config, ...(await store.targets.secrets(target.id)) },
    bundle: {
      name: certificate.name,
      chain: version.chain,
      privateKey: await store.keys.privateKeyPem(version.keyId),
      identifiers: certificateDetails(certificates[0]).identifiers.map(({ value }) => value),
      isDefault: assignment.isDefault,
    },
  };
}
