import type {
  CertificateExport,
  CertificateExportRequest,
  CertificateKeyExportRequest,
  KeystoreType,
} from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { makeKeystore } from '../key-files/keystore.js';
import type { CertificateRecord } from '../store/certificates.js';
import type { Store } from '../store/index.js';
import type { VersionRecord } from '../store/versions.js';

/** The current version, or the one with this number. Throws `not-found` or, when there is none yet, `not-possible`. */
export async function versionOf(store: Store, certificate: CertificateRecord, number?: number): Promise<VersionRecord> {
  if (number !== undefined) return store.versions.byNumber(certificate.id, number);
  const current = await store.versions.current(certificate.id);
  if (current) return current;
  throw new DomainError('not-possible', `${certificate.name} has no version yet: nothing was issued.`);
}

/** Gives out a version without its key. Throws as {@link versionOf} and `makeKeystore` do. */
export async function exportCertificate(
  { store, clock }: Engine,
  name: string,
  request: CertificateExportRequest,
): Promise<CertificateExport> {
  const certificate = await store.certificates.byName(name);
  const version = await versionOf(store, certificate, request.version);
  const { format, password } = await formOf(store, certificate, request);
  const content = { name, certificates: version.chain, privateKey: null };
  const { file } = await makeKeystore(format, content, password, clock.now());
  return { ...shown(version, format), privateKey: null, keystore: file?.toString('base64') ?? null };
}

/**
 * Gives out a version with its private key, which is an event. Throws `not-possible` when the key is not here, and as
 * {@link exportCertificate} does.
 */
export async function exportKey(
  { store, clock }: Engine,
  name: string,
  request: CertificateKeyExportRequest,
  actor: Actor,
): Promise<CertificateExport> {
  const certificate = await store.certificates.byName(name);
  const version = await versionOf(store, certificate, request.version);
  const { custody } = await store.keys.get(version.keyId);
  if (custody !== 'server') throw keyIsElsewhere(name, version.number, custody);
  const { format, password } = await formOf(store, certificate, request);
  const content = { name, certificates: version.chain, privateKey: await store.keys.privateKeyPem(version.keyId) };
  const { privateKey, file } = await makeKeystore(format, content, password, clock.now());
  const encrypted = password !== null;
  // Before the reply: what may have left is known.
  await store.events.append({
    actor: describeActor(actor),
    action: 'certificate.key-exported',
    subject: `certificate:${name}`,
    outcome: 'succeeded',
    message: `The private key of version ${version.number} of ${name} was exported ${encrypted ? `under a password (${format})` : `without encryption (${format})`}.`,
    detail: { version: version.number, format, encrypted },
  });
  return { ...shown(version, format), privateKey, keystore: file?.toString('base64') ?? null };
}

/** What is asked for, else what is kept with the certificate, else PEM without encryption. */
async function formOf(
  store: Store,
  { id, keystoreType }: CertificateRecord,
  { format = keystoreType ?? 'pem', password, plain = false }: Partial<CertificateKeyExportRequest>,
): Promise<{ format: KeystoreType; password: string | null }> {
  if (plain && (format !== 'pem' || password !== undefined)) {
    const message =
      format === 'pem'
        ? 'A key that is to be plain takes no password.'
        : `A keystore of type ${format} never holds a plain key: that is in PEM alone.`;
    throw new DomainError('invalid-input', message, { fields: [{ path: 'plain', message }] });
  }
  return { format, password: plain ? null : (password ?? (await store.certificates.keystorePassword(id))) };
}

function keyIsElsewhere(name: string, version: number, custody: string): DomainError {
  const where =
    custody === 'csr'
      ? 'it is where the CSR that it was issued for was made, and never came here'
      : `its custody is ${custody}`;
  return new DomainError(
    'not-possible',
    `The private key of version ${version} of ${name} can't be exported: ${where}. Export it without its key, and put both together there.`,
  );
}

function shown({ number, chain }: VersionRecord, format: CertificateExport['format']) {
  const end = '-----END CERTIFICATE-----\n';
  const cut = chain.indexOf(end) + end.length;
  return { format, version: number, certificate: chain.slice(0, cut), chain: chain.slice(cut) };
}
