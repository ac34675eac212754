import { type KeyObject, X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AcmeInputError, certificateNames, privateKeyPem, spki } from '@certfleet/acme';
import type { CertificateImport } from '@certfleet/contract';
import { targets } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import { firstExpiryNotice } from '../domain/expiry-notices.js';
import { describeInstant, type Instant } from '../domain/time.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { planDeployments } from '../issuance/plan-deployments.js';
import { tellExpiringJob } from '../jobs/tell-expiring.js';
import { readCertificateFile } from '../key-files/certificate-file.js';
import { buildChain, type Chain, oneLine } from '../key-files/chain.js';
import { keyAlgorithmOf } from '../key-files/private-key.js';
import { readUpload, refuseFile } from '../key-files/upload.js';
import { tellImported } from '../notices/happenings.js';
import { pluginOf } from '../plugin-config.js';
import { type CertificateIdentifier, type CertificateRecord, isAcme } from '../store/certificates.js';
import type { NewEvent } from '../store/events.js';
import type { Store } from '../store/index.js';
import { refuseUnservable } from './assignments.js';
import { refuseRevokedKey } from './revoked-key.js';

/** {@link CertificateImport}, with the file as it is or in base64. */
export type ImportRequest = Omit<CertificateImport, 'file'> & { file: string | Uint8Array };

/** What is imported: a leaf with its key and its way up. */
interface Imported {
  leaf: X509Certificate;
  key: KeyObject;
  chain: Chain;
  identifiers: CertificateIdentifier[];
}

/**
 * Brings a certificate along, or the next version of one that was brought along before: the latter reaches everything
 * that it is assigned to, as a renewal does. What is the same as before changes nothing.
 *
 * Throws `invalid-input` for the file, `already-exists`, `not-found` for nothing to replace, and `not-possible` for one
 * that a policy keeps valid.
 */
export async function importCertificate(engine: Engine, request: ImportRequest, actor: Actor): Promise<void> {
  const { store, clock } = engine;
  const imported = await read(store, request);
  await store.transaction(async tx => {
    const certificate = request.replace
      ? await toBeReplaced(tx, request.name, imported)
      : await tx.certificates.create({
          name: request.name,
          policyId: null,
          identifiers: imported.identifiers,
          labels: request.labels,
        });
    const relabelled = request.replace ? await relabel(tx, certificate, request.labels) : false;
    const version = await addVersion(tx, certificate, imported, clock.now());
    if (!version) {
      if (relabelled) await tx.events.append(importedChanged(request.name, ['labels'], actor));
      return;
    }
    const warnings = warningsOf(imported, clock.now());
    await tx.events.append({
      actor: describeActor(actor),
      action: 'certificate.imported',
      subject: `certificate:${request.name}`,
      outcome: 'succeeded',
      message: [
        `Version ${version.number} of ${request.name} was imported, valid until ${describeInstant(version.notAfter, clock.now())}.`,
        ...warnings,
      ].join(' '),
      detail: { version: version.number, serial: version.serial, warnings },
    });
  });
}

/** Returns whether it had others. */
async function relabel(tx: Store, { id }: CertificateRecord, labels: CertificateImport['labels']): Promise<boolean> {
  if (labels === undefined || isDeepStrictEqual(await tx.certificates.labels(id), labels)) return false;
  await tx.certificates.setLabels(id, labels);
  return true;
}

/** What is written down when of an imported certificate only what is ours was changed: its labels, its keystore. */
export function importedChanged(name: string, fields: string[], actor: Actor): NewEvent {
  return {
    actor: describeActor(actor),
    action: 'certificate.changed',
    subject: `certificate:${name}`,
    outcome: 'succeeded',
    message: `${name} was changed (${fields.join(', ')}).`,
    detail: { fields },
  };
}

/** An imported certificate is renewed by importing the next one; what only an ACME CA can do is refused. */
export function refuseImported({ name, policyId }: CertificateRecord, what: string): void {
  if (policyId !== null) return;
  throw new DomainError(
    'not-possible',
    `${name} was imported, so it can't be ${what} here: that is up to whoever issued it. Import what they give you in its place (replace).`,
  );
}

async function read(store: Store, request: ImportRequest): Promise<Imported> {
  const file = readUpload(request.file, 'certificate');
  const { leaf, key, others } = await readCertificateFile(file, request.passPhrase);
  await refuseRevokedKey(store, key, 'file');
  const known = (await store.intermediates.certificates()).map(pem => new X509Certificate(pem));
  return { leaf, key, chain: buildChain(leaf, others, known), identifiers: namesOf(leaf) };
}

function namesOf(leaf: X509Certificate): CertificateIdentifier[] {
  try {
    return certificateNames(leaf).map(name => ({ ...name, solverId: null }));
  } catch (error) {
    if (error instanceof AcmeInputError) throw refuseFile(error.message, 'file', error);
    throw error;
  }
}

/** Locked until the end of the transaction, so that of two imports at once one comes after the other. */
async function toBeReplaced(tx: Store, name: string, { identifiers }: Imported): Promise<CertificateRecord> {
  const { id } = await tx.certificates.byName(name);
  await tx.certificates.revision(id);
  const certificate = await tx.certificates.get(id);
  if (isAcme(certificate)) {
    throw new DomainError(
      'not-possible',
      `${name} is kept valid by its policy and can't be replaced by an import. Import it under another name, and assign that instead.`,
    );
  }
  for (const { targetId, isDefault } of await tx.assignments.ofCertificate(id)) {
    const { type } = await tx.targets.get(targetId);
    refuseUnservable(pluginOf(targets, type), { identifiers }, isDefault);
  }
  if (!isDeepStrictEqual(certificate.identifiers, identifiers)) await tx.certificates.setIdentifiers(id, identifiers);
  return certificate;
}

/** Null: it is what there is already. */
async function addVersion(tx: Store, certificate: CertificateRecord, { leaf, key, chain }: Imported, now: Instant) {
  const previous = await tx.versions.current(certificate.id);
  const fingerprintSha256 = leaf.fingerprint256.replaceAll(':', '').toLowerCase();
  const chainPem = chain.certificates.map(each => each.toString()).join('');
  if (previous?.fingerprintSha256 === fingerprintSha256 && previous.chain === chainPem) return null;
  const notAfter = Date.parse(leaf.validTo);
  const version = await tx.versions.create({
    certificateId: certificate.id,
    keyId: await keyIdOf(tx, key, previous?.keyId),
    accountId: null,
    serial: leaf.serialNumber.toLowerCase(),
    fingerprintSha256,
    issuer: oneLine(leaf.issuer),
    chain: chainPem,
    ariCertId: null,
    notBefore: Date.parse(leaf.validFrom),
    notAfter,
  });
  if (previous) await tx.versions.markReplaced(previous.id, now);
  const revision = certificate.revision + 1;
  const noticeAt = firstExpiryNotice(version);
  const notices = { noticeAt, noticeStep: null };
  await tx.certificates.update(certificate.id, { currentVersionId: version.id, notAfter, revision, ...notices });
  await tx.jobs.enqueue({ ...tellExpiringJob, urgency: noticeAt, runAt: noticeAt });
  if (previous) await tellImported(tx, certificate, version, previous, now);
  await planDeployments(tx, { ...certificate, notAfter: previous?.notAfter ?? notAfter }, version);
  return version;
}

/** A certificate that was renewed with the same key needs no second copy of it. */
async function keyIdOf(tx: Store, key: KeyObject, previousId: string | undefined): Promise<string> {
  const publicKey = spki(key).toString('base64');
  if (previousId !== undefined && (await tx.keys.get(previousId)).publicKey === publicKey) return previousId;
  const created = await tx.keys.create({
    purpose: 'certificate',
    custody: 'server',
    algorithm: keyAlgorithmOf(key),
    publicKey,
    privateKeyPem: privateKeyPem(key),
  });
  return created.id;
}

/** What does not keep it from being imported, but someone should know. */
function warningsOf({ leaf, chain, identifiers }: Imported, now: Instant): string[] {
  const unused = chain.unused.map(each => oneLine(each.subject)).join('; ');
  return [
    ...(Date.parse(leaf.validTo) <= now ? [`It has expired already (${leaf.validTo}).`] : []),
    ...(Date.parse(leaf.validFrom) > now ? [`It is not valid before ${leaf.validFrom}.`] : []),
    ...(chain.missing === null
      ? []
      : [
          `No certificate of its issuer (${chain.missing}) came along or is kept here: unless that is a root, clients won't trust it. Add the intermediate and import it again.`,
        ]),
    ...(identifiers.length === 0 ? ['It is for no DNS name and no IP address.'] : []),
    ...(unused === '' ? [] : [`Left out, since they are no part of its chain: ${unused}.`]),
  ];
}
