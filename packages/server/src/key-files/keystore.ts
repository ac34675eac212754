import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeystoreType } from '@certfleet/contract';
import { DomainError } from '../domain/errors.js';
import type { Instant } from '../domain/time.js';
import { writeJks } from './jks.js';
import { encryptKey, packPfx } from './openssl.js';
import { pemBlocks } from './pem.js';

/** What goes into a keystore. */
export interface KeystoreContent {
  /** The alias of its entry. */
  name: string;
  /** PEM, the leaf first. */
  certificates: string;
  /** PKCS#8 PEM, not encrypted; null: left out. */
  privateKey: string | null;
}

/** A certificate as it is given out. */
export interface Keystore {
  /** PEM of the key on its own, encrypted if there is a pass phrase; null: it was left out, or is in `file`. */
  privateKey: string | null;
  /** The whole keystore; null: PEM, which is its parts. */
  file: Buffer | null;
}

/**
 * Puts a certificate into a keystore under `password`; null: nothing is encrypted, which only PEM can be. Without its
 * key, a PKCS#12 holds certificates that Java does not see, and a JKS what Java calls trusted certificates.
 *
 * Throws `invalid-input` for a password that {@link checkKeystorePassword} refuses, and `not-possible` where the
 * command `openssl` is missing.
 */
export async function makeKeystore(
  type: KeystoreType,
  content: KeystoreContent,
  password: string | null,
  now: Instant,
): Promise<Keystore> {
  checkKeystorePassword(type, password);
  const { privateKey } = content;
  switch (type) {
    case 'pem':
      return { privateKey: privateKey && password ? await encryptKey(privateKey, password) : privateKey, file: null };
    case 'pkcs12':
    case 'pkcs12-legacy':
      return { privateKey: null, file: await packPfx(content, password ?? '', type === 'pkcs12-legacy') };
    case 'jks':
      return { privateKey: null, file: jksOf(content, password ?? '', now) };
  }
}

/** Refuses what a program that reads the keystore would not take. `path` is the field that errors name. */
export function checkKeystorePassword(type: KeystoreType, password: string | null, path = 'password'): void {
  if (type === 'pem') return;
  const refuse = (message: string) => new DomainError('invalid-input', message, { fields: [{ path, message }] });
  if (password === null) {
    throw refuse(`A keystore of type ${type} always is under a password: give one. Without one there is PEM.`);
  }
  // PKCS#12: javax.crypto.spec.PBEKeySpec's users say "Password is not ASCII". JKS would, but keytool reads no other.
  if (!/^[\x20-\x7e]*$/.test(password)) {
    throw refuse('The password has characters other than those of ASCII, with which Java opens no keystore.');
  }
  if (type === 'jks' && password.length < 6) {
    throw refuse('The password of a JKS has at least 6 characters: keytool refuses shorter ones.');
  }
}

function jksOf({ name, certificates, privateKey }: KeystoreContent, password: string, now: Instant): Buffer {
  const chain = pemBlocks(Buffer.from(certificates)).map(({ text }) => new X509Certificate(text).raw);
  if (privateKey === null) {
    const trusted = chain.map((certificate, at) => ({ alias: at === 0 ? name : `${name}-${at + 1}`, certificate }));
    return writeJks({ keys: [], certificates: trusted }, password, now);
  }
  const key = createPrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' });
  return writeJks({ keys: [{ alias: name, key, chain }], certificates: [] }, password, now);
}
