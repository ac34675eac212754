import { X509Certificate } from 'node:crypto';
import { checkCsr, parseCsr, revokeCertificate } from '@certfleet/acme';
import type { CertificateRequest } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { parseIdentifiers } from '../domain/identifier-set.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { chooseSolvers } from '../issuance/choose-solver.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import type { CertificateIdentifier, CertificatePatch, CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';
import { assign, assignmentHandlers } from './assignments.js';
import { fromCa } from './from-ca.js';
import { toCertificate, toVersion } from './show-certificate.js';

/** Certificates: what someone asked to keep valid. */
export function certificateHandlers(engine: Engine): Handlers['certificate'] {
  const { store, clock } = engine;
  const show = async (name: string) => toCertificate(await store.certificates.detail(name), clock.now());

  return {
    ...assignmentHandlers(engine),

    async request({ body }, actor) {
      await request(engine, body, actor);
      return show(body.name);
    },

    async list({ query }) {
      const page = await store.certificates.list(query);
      return { items: page.items.map(item => toCertificate(item, clock.now())), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }) {
      return show(name);
    },

    async change({ params: { name }, body }, actor) {
      const before = await store.certificates.byName(name);
      const { identifiers, policy, labels, csr, ...fields } = body;
      const profile = fields.profile ?? before.profile;
      const names = identifiers ? await readIdentifiers(store, identifiers, profile) : before.identifiers;
      const patch: CertificatePatch = {
        ...fields,
        ...(csr !== undefined && { csr: readCsr(csr, names) }),
        ...(policy !== undefined && { policyId: (await store.policies.byName(policy)).id }),
      };
      if (csr === undefined && before.csr !== null && identifiers) readCsrAgain(before.csr, names);
      await chooseSolvers(engine, { identifiers: names, policyId: patch.policyId ?? before.policyId });
      const issueAgain = identifiers !== undefined || Object.keys(patch).some(field => field !== 'keyOnRenewal');
      await store.transaction(async tx => {
        if (identifiers) await tx.certificates.setIdentifiers(before.id, names);
        if (labels) await tx.certificates.setLabels(before.id, labels);
        await tx.certificates.update(before.id, { ...patch, ...(issueAgain && orderAgain(before, clock.now())) });
        if (issueAgain) await enqueueKeepValid(tx, before, clock.now());
        await record(tx, actor, name, 'changed', `${name} was changed${issueAgain ? '; it is issued again' : ''}.`, {
          fields: Object.keys(body),
        });
      });
      return show(name);
    },

    async renew({ params: { name } }, actor) {
      const certificate = await store.certificates.byName(name);
      await store.transaction(async tx => {
        const now = clock.now();
        await tx.certificates.update(certificate.id, { renewAt: now, renewReason: 'requested', retryAt: null });
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
        if (certificate.currentVersionId === version.id) {
          // A revoked certificate is of no use: the next one is ordered at once.
          await tx.certificates.update(certificate.id, { renewAt: clock.now(), renewReason: 'revoked', retryAt: null });
          await enqueueKeepValid(tx, certificate, clock.now());
        }
        await record(tx, actor, name, 'revoked', `${what} was revoked (${reason}).`, detail);
      });
      const details = await store.versions.details([version.id]);
      return toVersion(details.get(version.id) ?? { ...version, keyAlgorithm: null, account: null });
    },

    async export({ params: { name }, query: { version: number } }) {
      const version = await versionOf(store, await store.certificates.byName(name), number);
      return { ...splitChain(version.chain), privateKey: null };
    },

    async exportKey({ params: { name }, body: { version: number } }, actor) {
      const version = await versionOf(store, await store.certificates.byName(name), number);
      const { custody } = await store.keys.get(version.keyId);
      if (custody !== 'server') {
        throw new DomainError('not-possible', `The private key of ${name} is not here: its custody is ${custody}.`);
      }
      const privateKey = await store.keys.privateKeyPem(version.keyId);
      await record(
        store,
        actor,
        name,
        'key-exported',
        `The private key of version ${version.number} of ${name} was exported.`,
        {
          version: version.number,
        },
      );
      return { ...splitChain(version.chain), privateKey };
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

async function readIdentifiers(
  store: Store,
  typed: CertificateRequest['identifiers'],
  profile: string | null,
): Promise<CertificateIdentifier[]> {
  const entries = typed.map(entry => (typeof entry === 'string' ? { value: entry, solver: null } : entry));
  const parsed = parseIdentifiers(
    entries.map(({ value }) => value),
    profile,
  );
  return Promise.all(
    parsed.map(async (identifier, position) => {
      const solver = entries[position]?.solver ?? null;
      return { ...identifier, solverId: solver === null ? null : (await store.solvers.byName(solver)).id };
    }),
  );
}

/** A CSR that was brought along, as base64 of its DER, after making sure that it asks for these names. */
function readCsr(pem: string, identifiers: readonly CertificateIdentifier[]): string {
  return checkedCsr(pem, identifiers).toString('base64');
}

function checkedCsr(csr: string | Uint8Array, identifiers: readonly CertificateIdentifier[]): Buffer {
  try {
    const parsed = parseCsr(csr);
    checkCsr(parsed, identifiers);
    return parsed.der;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DomainError('invalid-input', message, { cause, fields: [{ path: 'csr', message }] });
  }
}

function readCsrAgain(stored: string, identifiers: readonly CertificateIdentifier[]): void {
  checkedCsr(Buffer.from(stored, 'base64'), identifiers);
}

/** What makes the next order due at once, and the running one one of an earlier revision. */
function orderAgain({ revision }: CertificateRecord, now: number): CertificatePatch {
  return { revision: revision + 1, renewAt: now, renewReason: 'changed', retryAt: null };
}

async function versionOf(store: Store, certificate: CertificateRecord, number?: number): Promise<VersionRecord> {
  if (number !== undefined) return store.versions.byNumber(certificate.id, number);
  const current = await store.versions.current(certificate.id);
  if (current) return current;
  throw new DomainError('not-possible', `${certificate.name} has no version yet: nothing was issued.`);
}

function splitChain(chain: string): { certificate: string; chain: string } {
  const end = '-----END CERTIFICATE-----\n';
  const cut = chain.indexOf(end) + end.length;
  return { certificate: chain.slice(0, cut), chain: chain.slice(cut) };
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
