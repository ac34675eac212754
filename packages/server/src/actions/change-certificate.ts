import { isDeepStrictEqual } from 'node:util';
import type { CertificateChange } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import { checkNumberOfNames } from '../domain/identifier-set.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { chooseSolvers } from '../issuance/choose-solver.js';
import { orderAgain } from '../issuance/order-again.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import {
  type CertificateIdentifier,
  type CertificatePatch,
  type CertificateRecord,
  isAcme,
} from '../store/certificates.js';
import type { Store } from '../store/index.js';
import { readCsr, readCsrAgain, readIdentifiers } from './certificate-input.js';
import { setKeystore } from './certificate-keystore.js';
import { importedChanged, refuseImported } from './import-certificate.js';
import { keyFromNowOn } from './key-choice.js';

/**
 * Changes a certificate. What is named but is as it was counts as nothing: whoever repeats a change every hour must not
 * order every hour. Anything that can change what is certified, or how it is proven, has it issued again.
 */
export async function changeCertificate(
  engine: Engine,
  name: string,
  body: CertificateChange,
  actor: Actor,
): Promise<void> {
  const { store, clock } = engine;
  const before = await store.certificates.byName(name);
  if (!isAcme(before)) return changeImported(engine, before, body, actor);
  const { id } = before;
  const policy =
    body.policy === undefined ? await store.policies.get(before.policyId) : await store.policies.byName(body.policy);
  const profile = (body.profile === undefined ? before.profile : body.profile) ?? policy.profile;
  const names = body.identifiers ? await readIdentifiers(store, body.identifiers, profile) : before.identifiers;
  if (body.profile !== undefined || body.policy !== undefined) checkNumberOfNames(names, profile);
  // Labels and keystores have nothing to do with proofs: those may wait for a virtual service to be enabled again.
  const { labels: _, keystore: __, ...issued } = body;
  if (Object.values(issued).some(value => value !== undefined)) {
    await chooseSolvers(engine, { identifiers: names, policyId: policy.id });
  }
  const csr = await csrOf(store, body, before.csr, names);

  await store.transaction(async tx => {
    const current = await tx.certificates.get(id);
    const certified = differences(current, {
      policyId: body.policy === undefined ? undefined : policy.id,
      subject: body.subject,
      keyAlgorithm: body.keyAlgorithm,
      profile: body.profile,
      csr,
    });
    const onlyLater = differences(current, {
      ...(await keyFromNowOn(tx, current, { ...body, csr })),
      signatureAlgorithm: body.signatureAlgorithm,
    });
    const otherNames = body.identifiers !== undefined && !sameNames(current.identifiers, names);
    const labels =
      body.labels && !isDeepStrictEqual(await tx.certificates.labels(id), body.labels) ? body.labels : null;
    const issueAgain = otherNames || Object.keys(certified).length > 0;
    const otherKeystore = body.keystore !== undefined && (await setKeystore(tx, current, body.keystore));
    if (!issueAgain && !labels && !otherKeystore && Object.keys(onlyLater).length === 0) return;

    if (typeof csr === 'string') {
      const assigned = (await tx.assignments.ofCertificate(id)).length;
      if (assigned > 0) {
        throw new DomainError(
          'not-possible',
          `${name} is assigned to ${assigned} target(s). With a CSR its private key would never come here, so it could not be deployed there: unassign it first.`,
        );
      }
    }
    if (otherNames) await tx.certificates.setIdentifiers(id, names);
    if (labels) await tx.certificates.setLabels(id, labels);
    const again = issueAgain ? orderAgain(current, clock.now(), 'changed') : {};
    await tx.certificates.update(id, { ...certified, ...onlyLater, ...again });
    if (onlyLater.importedKeyId === null && current.importedKeyId) await tx.keys.deleteUnused([current.importedKeyId]);
    if (issueAgain) await enqueueKeepValid(tx, current, clock.now());
    await tx.events.append({
      actor: describeActor(actor),
      action: 'certificate.changed',
      subject: `certificate:${name}`,
      outcome: 'succeeded',
      message: `${name} was changed${issueAgain ? '; it is issued again' : ''}.`,
      detail: { fields: Object.keys(body) },
    });
  });
}

/** Of an imported certificate only the labels and the keystore are ours. */
async function changeImported(
  { store }: Engine,
  certificate: CertificateRecord,
  { labels, keystore, ...others }: CertificateChange,
  actor: Actor,
): Promise<void> {
  const { id } = certificate;
  if (Object.values(others).some(value => value !== undefined)) refuseImported(certificate, 'issued differently');
  await store.transaction(async tx => {
    const current = await tx.certificates.get(id);
    const otherKeystore = keystore !== undefined && (await setKeystore(tx, current, keystore));
    const otherLabels = labels !== undefined && !isDeepStrictEqual(await tx.certificates.labels(id), labels);
    if (otherLabels) await tx.certificates.setLabels(id, labels);
    const fields = [...(otherLabels ? ['labels'] : []), ...(otherKeystore ? ['keystore'] : [])];
    if (fields.length > 0) await tx.events.append(importedChanged(certificate.name, fields, actor));
  });
}

/** The CSR as it is stored; null: back to a key of our own; undefined: as it was. */
async function csrOf(
  store: Store,
  { csr, identifiers }: CertificateChange,
  before: string | null,
  names: readonly CertificateIdentifier[],
): Promise<string | null | undefined> {
  if (typeof csr === 'string') return readCsr(store, csr, names);
  if (csr === undefined && before !== null && identifiers) readCsrAgain(before, names);
  return csr;
}

type Wanted = {
  [Field in
    | 'policyId'
    | 'subject'
    | 'keyAlgorithm'
    | 'keyOnRenewal'
    | 'importedKeyId'
    | 'signatureAlgorithm'
    | 'profile'
    | 'csr']?: unknown;
};

/** Those of the wanted fields that are given and not as they are. */
function differences(current: CertificateRecord, wanted: Wanted): CertificatePatch {
  const fields = Object.entries(wanted) as [keyof Wanted, unknown][];
  return Object.fromEntries(
    fields.filter(([field, value]) => value !== undefined && !isDeepStrictEqual(value, current[field])),
  );
}

/** The first is the common name; the order of the others means nothing. */
function sameNames(some: readonly CertificateIdentifier[], others: readonly CertificateIdentifier[]): boolean {
  const comparable = ([first, ...rest]: readonly CertificateIdentifier[]) =>
    [first, ...rest.toSorted((a, b) => (a.value < b.value ? -1 : 1))].map(
      identifier => identifier && [identifier.type, identifier.value, identifier.solverId],
    );
  return isDeepStrictEqual(comparable(some), comparable(others));
}
