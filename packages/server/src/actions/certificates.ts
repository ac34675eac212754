import { X509Certificate } from 'node:crypto';
import { revokeCertificate } from '@certfleet/acme';
import type { CertificateRequest, Revocation } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { chooseSolvers } from '../issuance/choose-solver.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import { pauseOf } from '../pause.js';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';
import { assign, assignmentHandlers } from './assignments.js';
import { readCsr, readIdentifiers } from './certificate-input.js';
import { checkKeystore, setKeystore } from './certificate-keystore.js';
import { changeCertificate, orderAgain } from './change-certificate.js';
import { exportCertificate, exportKey, versionOf } from './export-certificate.js';
import { fromCa } from './from-ca.js';
import { importCertificate, refuseImported } from './import-certificate.js';
import { toCertificate, toVersion } from './show-certificate.js';

/** Certificates: what someone asked to keep valid. */
export function certificateHandlers(engine: Engine): Handlers['certificate'] {
  const { store, clock } = engine;
  const show = async (name: string) =>
    toCertificate(await store.certificates.detail(name), clock.now(), await pauseOf(store));

  return {
    ...assignmentHandlers(engine),

    async request({ body }, actor) {
      await request(engine, body, actor);
      return show(body.name);
    },

    async import({ body }, actor) {
      await importCertificate(engine, body, actor);
      return show(body.name);
    },

    async list({ query }) {
      const page = await store.certificates.list(query);
      const paused = await pauseOf(store);
      return { items: page.items.map(item => toCertificate(item, clock.now(), paused)), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }) {
      return show(name);
    },

    async change({ params: { name }, body }, actor) {
      await changeCertificate(engine, name, body, actor);
      return show(name);
    },

    async renew({ params: { name } }, actor) {
      const certificate = await store.certificates.byName(name);
      refuseImported(certificate, 'renewed');
      await store.transaction(async tx => {
        const now = clock.now();
        // An attempt that is under way knows by `retryAt` that it is to be repeated if it fails.
        await tx.certificates.update(certificate.id, { renewAt: now, renewReason: 'requested', retryAt: now });
        await enqueueKeepValid(tx, certificate, now);
        await record(tx, actor, name, 'renewal-requested', `A renewal of ${name} was asked for.`);
      });
      return show(name);
    },

    async versions({ params: { name }, query }) {
      const { id } = await store.certificates.byName(name);
      const page = await store.versions.byCertificate(id, query);
      return { items: page.items.map(toVersion), nextCursor: page.nextCursor };
    },

    async revoke({ params: { name }, body: { version: number, reason } }, actor) {
      const certificate = await store.certificates.byName(name);
      refuseImported(certificate, 'revoked');
      const version = await versionOf(store, certificate, number);
      if (version.accountId === null)
        throw new DomainError('not-possible', `No account is known for version ${version.number}.`);
      const session = await engine.cas.session(await store.accounts.get(version.accountId));
      const what = `version ${version.number} of ${name}`;
      const detail = { version: version.number, serial: version.serial, reason };
      await record(store, actor, name, 'revoked', `${what} is to be revoked (${reason}).`, detail, 'intended');
      await fromCa(() => revokeCertificate(session, new X509Certificate(version.chain), { reason }));
      await store.transaction(async tx => {
        await tx.versions.markRevoked(version.id, clock.now());
        const shared = await replaceRevoked(tx, certificate.id, version, reason, clock.now());
        const sharing = shared.map(each => ` ${each} has the same key and is replaced at once.`).join('');
        await record(tx, actor, name, 'revoked', `${what} was revoked (${reason}).${sharing}`, detail);
      });
      const details = await store.versions.details([version.id]);
      return toVersion(details.get(version.id) ?? { ...version, keyAlgorithm: null, account: null });
    },

    async export({ params: { name }, body }) {
      return exportCertificate(engine, name, body);
    },

    async exportKey({ params: { name }, body }, actor) {
      return exportKey(engine, name, body, actor);
    },

    async delete({ params: { name } }, actor) {
      const certificate = await store.certificates.byName(name);
      await store.transaction(async tx => {
        const assignments = await tx.assignments.ofCertificate(certificate.id);
        if (assignments.length > 0) {
          throw new DomainError('in-use', `${name} is assigned to ${assignments.length} target(s). Unassign it first.`);
        }
        await tx.jobs.cancel('keep-valid', certificate.id);
        await tx.certificates.delete(certificate.id);
        const left =
          certificate.notAfter === null ? '' : ` At the CA it stays valid until ${iso(certificate.notAfter)}.`;
        await record(tx, actor, name, 'deleted', `${name} was deleted here with its keys.${left}`);
      });
    },
  };
}

/** Checks everything that can be checked without the CA; then the request is stored, and a job does the rest. */
async function request(engine: Engine, body: CertificateRequest, actor: Actor): Promise<void> {
  const { store, clock } = engine;
  const policy = await store.policies.byName(body.policy);
  const identifiers = await readIdentifiers(store, body.identifiers, body.profile ?? policy.profile);
  await chooseSolvers(engine, { identifiers, policyId: policy.id });
  checkKeystore(body.keystore);
  await store.transaction(async tx => {
    const certificate = await tx.certificates.create({
      name: body.name,
      policyId: policy.id,
      identifiers,
      subject: body.subject,
      keyAlgorithm: body.keyAlgorithm,
      keyOnRenewal: body.keyOnRenewal,
      profile: body.profile,
      csr: body.csr === undefined ? null : readCsr(body.csr, identifiers),
      labels: body.labels,
    });
    if (body.keystore) await setKeystore(tx, certificate, body.keystore);
    for (const { target, isDefault } of body.assignments) await assign(tx, certificate, target, isDefault);
    await enqueueKeepValid(tx, certificate, clock.now());
    await record(
      tx,
      actor,
      body.name,
      'requested',
      `${body.name} was requested for ${identifiers.map(({ value }) => value).join(', ')}.`,
      {
        identifiers: identifiers.map(({ value }) => value),
        policy: policy.name,
      },
    );
  });
}

/**
 * A revoked certificate is of no use, and neither is one whose key is compromised: the next one is ordered at once, and
 * an order that is under way, perhaps with that key, is given up. Returns what else has the compromised key.
 */
async function replaceRevoked(
  tx: Store,
  certificateId: string,
  revoked: VersionRecord,
  reason: Revocation['reason'],
  now: Instant,
): Promise<string[]> {
  const certificate = await tx.certificates.get(certificateId);
  const current = await tx.versions.current(certificateId);
  const order = await tx.orders.active(certificateId);
  const { publicKey } = await tx.keys.get(revoked.keyId);
  const hasKey = async (keyId: string | undefined) =>
    reason === 'keyCompromise' && keyId !== undefined && (await tx.keys.get(keyId)).publicKey === publicKey;

  const isCurrent = current?.id === revoked.id;
  const shared: string[] = [];
  if (current && !isCurrent && (await hasKey(current.keyId))) shared.push(`Version ${current.number}`);
  if (await hasKey(order?.keyId)) shared.push('The running order');
  if (!isCurrent && shared.length === 0) return [];
  await tx.certificates.update(certificateId, orderAgain(certificate, now, isCurrent ? 'revoked' : 'requested'));
  await enqueueKeepValid(tx, certificate, now);
  return shared;
}

function record(
  tx: Store,
  actor: Actor,
  name: string,
  verb: string,
  message: string,
  detail: Record<string, unknown> = {},
  outcome: 'intended' | 'succeeded' = 'succeeded',
) {
  const subject = `certificate:${name}`;
  return tx.events.append({
    actor: describeActor(actor),
    action: `certificate.${verb}`,
    subject,
    outcome,
    message,
    detail,
  });
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
