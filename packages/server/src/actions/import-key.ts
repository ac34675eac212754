import type { KeyObject } from 'node:crypto';
import { privateKeyPem, spki } from '@certfleet/acme';
import type { CertificateRequest, KeyAlgorithm } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { orderAgain } from '../issuance/order-again.js';
import { enqueueKeepValid } from '../jobs/enqueue.js';
import { readCertificateKey } from '../key-files/certificate-key.js';
import { keyAlgorithmOf } from '../key-files/private-key.js';
import { readUpload } from '../key-files/upload.js';
import type { Store } from '../store/index.js';
import type { NewKey } from '../store/keys.js';
import { refuseImported } from './import-certificate.js';
import { refuseRevokedKey } from './revoked-key.js';

/** A private key that someone brings along: the file as it is or in base64. */
export interface KeyToImport {
  file: string | Uint8Array;
  passPhrase?: string | undefined;
}

/**
 * The key in a file, ready to be stored. Throws `invalid-input` for a file that
 * holds no key, one that is too weak, and one that a revoked version was for.
 */
async function readKeyToImport(store: Store, { file, passPhrase }: KeyToImport): Promise<NewKey> {
  const key = await readCertificateKey(readUpload(file, 'certificateKey'), passPhrase);
  await refuseRevokedKey(store, key, 'file');
  return newKey(key);
}

function newKey(key: KeyObject) {
  return {
    purpose: 'certificate',
    custody: 'server',
    algorithm: keyAlgorithmOf(key),
    publicKey: spki(key).toString('base64'),
    privateKeyPem: privateKeyPem(key),
  } as const;
}

/** The key of a request that brings one along; undefined: it brings none. Throws `invalid-input`. */
export async function requestedKey(store: Store, request: CertificateRequest): Promise<NewKey | undefined> {
  const { key, csr, keyOnRenewal, keyAlgorithm } = request;
  if (key === undefined) {
    if (keyOnRenewal !== 'imported') return undefined;
    throw refused('keyOnRenewal', 'For an imported key, bring the key along.');
  }
  if (csr !== undefined) throw refused('key', 'A CSR has a key of its own: bring either of them along.');
  if (keyOnRenewal !== null && keyOnRenewal !== 'imported') {
    throw refused(
      'keyOnRenewal',
      `A key that is brought along is used from then on, so it is "imported", not "${keyOnRenewal}".`,
    );
  }
  const read = await readKeyToImport(store, key).catch(error => {
    throw error instanceof DomainError ? fieldsUnder('key', error) : error;
  });
  refuseOtherAlgorithm(read.algorithm, keyAlgorithm);
  return read;
}

/** The error with its fields named as they are within `field`. */
function fieldsUnder(field: string, error: DomainError): DomainError {
  const fields = error.fields.map(each => ({ ...each, path: `${field}.${each.path}` }));
  return new DomainError(error.code, error.message, { cause: error, fields });
}

function refused(path: string, message: string): DomainError {
  return new DomainError('invalid-input', message, { fields: [{ path, message }] });
}

/** Refuses another algorithm than that of the key, which is what counts. */
export function refuseOtherAlgorithm(algorithm: string | null, wanted: KeyAlgorithm | null | undefined): void {
  if (wanted === undefined || wanted === null || wanted === algorithm) return;
  throw refused(
    'keyAlgorithm',
    `The key that was brought along is ${algorithm ?? 'of another kind'}, not ${wanted}. Leave the algorithm out: the key says it.`,
  );
}

/**
 * Has a certificate issued for a key that someone brings along, now and from then on, in place of a key of our own or of a
 * CSR. The same key again changes nothing.
 *
 * Throws `invalid-input` for the file, and `not-possible` for a certificate that was imported.
 */
export async function importKey(engine: Engine, name: string, request: KeyToImport, actor: Actor): Promise<void> {
  const { store, clock } = engine;
  refuseImported(await store.certificates.byName(name), 'issued for another key');
  const key = await readKeyToImport(store, request);
  await store.transaction(async tx => {
    const certificate = await tx.certificates.byName(name);
    const before = certificate.importedKeyId;
    if (before !== null && (await tx.keys.get(before)).publicKey === key.publicKey) return;
    const { id: importedKeyId } = await tx.keys.create(key);
    const now = clock.now();
    await tx.certificates.update(certificate.id, {
      ...{ importedKeyId, keyOnRenewal: 'imported', keyAlgorithm: null, csr: null },
      ...orderAgain(certificate, now, 'changed'),
    });
    if (before !== null) await tx.keys.deleteUnused([before]);
    await enqueueKeepValid(tx, certificate, now);
    await tx.events.append({
      actor: describeActor(actor),
      action: 'certificate.key-imported',
      subject: `certificate:${name}`,
      outcome: 'succeeded',
      message: `${name} is issued for the key that was brought along (${key.algorithm ?? 'RSA'}), now and from then on.${certificate.csr === null ? '' : ' Its CSR is not used any more.'}`,
    });
  });
}
