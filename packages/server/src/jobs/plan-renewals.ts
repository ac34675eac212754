import { decideRenewal } from '../domain/renewal.js';
import type { Engine } from '../engine.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { PolicyRecord } from '../store/policies.js';
import { enqueueKeepValid } from './enqueue.js';
import type { JobHandler } from './scheduler.js';

/** The job that plans the renewals of a policy's certificates anew; its subject is the policy's id. */
export function planRenewalsJob(policyId: string) {
  return { kind: 'plan-renewals', subject: policyId, lock: `policy:${policyId}` } as const;
}

/** Certificates that are planned in one transaction, between which others can write. */
const batchSize = 100;

/**
 * Moves the renewals of a policy's certificates to what the policy says by now. It costs what there are certificates of
 * this policy. Killed in between, it begins again: planning twice comes to the same.
 */
export function planRenewals(engine: Engine): JobHandler {
  const { store, clock } = engine;
  return async ({ job: { subject: policyId } }, signal) => {
    for (let after: string | null = ''; after !== null; ) {
      if (signal.aborted) return clock.now();
      after = await store.transaction(tx => planBatch(engine, tx, policyId, after ?? ''));
    }
    const policy = await store.policies.find(policyId);
    if (policy) await store.events.append(planned(policy));
    return null;
  };
}

/** Whoever looks at the policy or at a certificate of it learns by this that the moments are others. */
function planned({ name }: PolicyRecord) {
  return {
    actor: 'system',
    action: 'policy.renewals-planned',
    subject: `policy:${name}`,
    outcome: 'succeeded',
    message: `The renewals of all certificates of policy ${name} are planned as it says now.`,
  } as const;
}

/** Returns the name of the last certificate, after which the next batch begins; null when there is none. */
async function planBatch(engine: Engine, tx: Store, policyId: string, after: string): Promise<string | null> {
  const policy = await tx.policies.find(policyId);
  if (!policy) return null;
  const names = await tx.policies.certificateNames(policyId, after, batchSize);
  await tx.certificates.lock('name', names);
  for (const name of names) await plan(engine, tx, await tx.certificates.byName(name), policy);
  return names.at(-1) ?? null;
}

async function plan({ clock }: Engine, tx: Store, certificate: CertificateRecord, policy: PolicyRecord): Promise<void> {
  const { ariChoice: choice, renewReason } = certificate;
  const asked = renewReason === 'requested' || renewReason === 'changed' || renewReason === 'revoked';
  const version = await tx.versions.current(certificate.id);
  if (version === null || asked) return;
  // What the CA said last holds until it says something else.
  const ari = choice && { window: { start: choice.windowStart, end: choice.windowEnd }, choice };
  const renewal = decideRenewal(version, ari, policy, clock.now(), clock.random);
  if (renewal.at === certificate.renewAt && renewal.reason === renewReason) return;
  await tx.certificates.update(certificate.id, { renewAt: renewal.at, renewReason: renewal.reason });
  await enqueueKeepValid(tx, certificate, Math.max(renewal.at, certificate.retryAt ?? 0));
}
