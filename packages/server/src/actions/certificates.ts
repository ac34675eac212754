import type { CertificateRequest } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { describeInstant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import type { Handlers } from '../http/handlers.js';
import { removableInWords } from '../issuance/by-person.js';
import { chooseSolvers } from '../issuance/choose-solver.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import { pauseOf } from '../pause.js';
import { preflight } from '../preflight/run.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import { assignDns } from './assign-dns.js';
import { assign, assignmentHandlers } from './assignments.js';
import { bulkHandlers, type SingleHandlers } from './bulk.js';
import { readCsr, readIdentifiers } from './certificate-input.js';
import { checkKeystore, setKeystore } from './certificate-keystore.js';
import { endWaitingOrder, newChallenge, verify } from './challenges.js';
import { changeCertificate } from './change-certificate.js';
import { exportCertificate, exportKey, versionOf } from './export-certificate.js';
import { importCertificate, refuseImported } from './import-certificate.js';
import { importKey, requestedKey } from './import-key.js';
import { leaveChallenges } from './left-challenges.js';
import { revoke } from './revoke-certificate.js';
import { sendCertificate } from './send-certificate.js';
import { servedHandlers } from './served.js';
import { toCertificate, toVersion } from './show-certificate.js';
import { showChallenges } from './show-challenges.js';
import { showProofs } from './show-proofs.js';

/** Certificates: what someone asked to keep valid. */
export function certificateHandlers(engine: Engine): Handlers['certificate'] {
  const { store, clock } = engine;
  const show = async (name: string) =>
    toCertificate(await store.certificates.detail(name), clock.now(), await pauseOf(store));

  const one: SingleHandlers = {
    ...assignmentHandlers(engine),
    ...servedHandlers(engine),

    async request({ body }, actor) {
      await request(engine, body, actor);
      return show(body.name);
    },

    async import({ body }, actor) {
      await importCertificate(engine, body, actor);
      return show(body.name);
    },

    async preflight({ body }) {
      return preflight(engine, body);
    },

    async list({ query }) {
      const page = await store.certificates.list(query);
      const paused = await pauseOf(store);
      return { items: page.items.map(item => toCertificate(item, clock.now(), paused)), nextCursor: page.nextCursor };
    },

    async show({ params: { name } }) {
      return show(name);
    },

    async proofs({ params: { name } }) {
      return { items: await showProofs(engine, name) };
    },

    async change({ params: { name }, body }, actor) {
      await changeCertificate(engine, name, body, actor);
      return show(name);
    },

    async importKey({ params: { name }, body }, actor) {
      await importKey(engine, name, body, actor);
      return show(name);
    },

    async assignDns({ params: { name }, body }, actor) {
      await assignDns(engine, name, body, actor);
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

    challenges: ({ params: { name } }) => showChallenges(engine, name),

    verify: ({ params: { name }, body }, actor) => verify(engine, name, body, actor),

    async newChallenge({ params: { name } }, actor) {
      await newChallenge(engine, name, actor);
      return showChallenges(engine, name);
    },

    async versions({ params: { name }, query }) {
      const { id } = await store.certificates.byName(name);
      const page = await store.versions.byCertificate(id, query);
      return { items: page.items.map(toVersion), nextCursor: page.nextCursor };
    },

    async revoke({ params: { name }, body }, actor) {
      return toVersion(await revoke(engine, name, body, actor));
    },

    async export({ params: { name }, body }) {
      return exportCertificate(engine, name, body);
    },

    async exportKey({ params: { name }, body }, actor) {
      return exportKey(engine, name, body, actor);
    },

    async send({ params: { name }, body: { version: number, ...mail } }, actor) {
      const version = await versionOf(store, await store.certificates.byName(name), number);
      return sendCertificate(engine, name, version, mail, actor);
    },

    async delete({ params: { name } }, actor) {
      const certificate = await store.certificates.byName(name);
      // Before the order is ended that somebody may be working on, and again where it counts.
      await checkDeletable(store, certificate);
      const presented = await endWaitingOrder(engine, certificate);
      const remaining = await leaveChallenges(engine, certificate);
      await store.transaction(async tx => {
        await checkDeletable(tx, certificate);
        await tx.jobs.cancel('keep-valid', certificate.id);
        await tx.certificates.delete(certificate.id);
        const left =
          certificate.notAfter === null
            ? ''
            : ` At the CA it stays valid until ${describeInstant(certificate.notAfter, clock.now())}.`;
        const removable = presented.length === 0 ? '' : ` ${removableInWords(name, presented)}`;
        const told = remaining === null ? '' : ` ${remaining}`;
        await record(tx, actor, name, 'deleted', `${name} was deleted here with its keys.${left}${removable}${told}`);
      });
    },
  };
  return { ...one, ...bulkHandlers(engine, one) };
}

/** Throws `in-use` while targets have it, and `not-possible` while one of its versions is still to be revoked. */
async function checkDeletable(tx: Store, { id, name }: Pick<CertificateRecord, 'id' | 'name'>): Promise<void> {
  const assignments = await tx.assignments.ofCertificate(id);
  if (assignments.length > 0) {
    throw new DomainError('in-use', `${name} is assigned to ${assignments.length} target(s). Unassign it first.`);
  }
  const wanted = await tx.versions.toBeRevoked(id);
  if (wanted.length > 0) {
    throw new DomainError(
      'not-possible',
      `Version ${wanted.join(', ')} of ${name} is still to be revoked, which takes its account. Revoke it at once (replaceFirst: false), then delete.`,
    );
  }
}

/** Checks everything that can be checked without the CA; then the request is stored, and a job does the rest. */
async function request(engine: Engine, body: CertificateRequest, actor: Actor): Promise<void> {
  const { store, clock } = engine;
  const policy = await store.policies.byName(body.policy);
  const identifiers = await readIdentifiers(store, body.identifiers, body.profile ?? policy.profile);
  await chooseSolvers(engine, { identifiers, policyId: policy.id });
  checkKeystore(body.keystore);
  const csr = body.csr === undefined ? null : await readCsr(store, body.csr, identifiers);
  const key = await requestedKey(store, body);
  await store.transaction(async tx => {
    const certificate = await tx.certificates.create({
      name: body.name,
      policyId: policy.id,
      identifiers,
      subject: body.subject,
      keyAlgorithm: body.keyAlgorithm,
      keyOnRenewal: key ? 'imported' : body.keyOnRenewal,
      importedKeyId: key ? (await tx.keys.create(key)).id : null,
      signatureAlgorithm: body.signatureAlgorithm,
      profile: body.profile,
      csr,
      labels: body.labels,
    });
    if (body.keystore) await setKeystore(tx, certificate, body.keystore);
    // Two requests that take the default of the same targets wait for each other in no other way.
    const assignments = body.assignments.toSorted((a, b) => (a.target < b.target ? -1 : 1));
    for (const each of assignments) await assign(tx, certificate, each, actor);
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
