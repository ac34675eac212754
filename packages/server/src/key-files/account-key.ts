import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { SignatureAlgorithm } from '@certfleet/acme';
import { type PemBlock, pemBlocks } from './pem.js';
import { describeBlocks, describeKey, isPrivateKey, openPrivateKey } from './private-key.js';
import { refuseFile } from './upload.js';

/** The private key of an account at a CA. */
export interface AccountKeyFile {
  key: KeyObject;
  algorithm: SignatureAlgorithm;
}

/**
 * The account key in a file that an ACME client wrote:
 *
 * - PEM: PKCS#8, PKCS#1, SEC1, encrypted or not. acme.sh (`account.key`), lego (`keys/<e-mail>.key`) and dehydrated
 *   (`account_key.pem`, also with its curve's parameters in front) write these, as does `openssl`.
 * - JWK (RFC 7517): certbot's `private_key.json`.
 *
 * The files beside it (certbot's `regr.json`, acme.sh's `ca.conf`, lego's `account.json`, dehydrated's
 * `registration_info.json`) are not needed, since the CA finds the account by its key.
 *
 * Throws `invalid-input` saying what the file is, what is wrong with the pass phrase, or which kind of key no CA takes.
 */
export async function readAccountKey(file: Buffer, passPhrase: string | undefined): Promise<AccountKeyFile> {
  const key = looksLikeJson(file) ? keyFromJwk(file) : await openPrivateKey(onlyKey(file), passPhrase);
  return { key, algorithm: algorithmOf(key) };
}

function looksLikeJson(file: Buffer): boolean {
  return /^[\s\uFEFF]*[{["]/.test(file.toString('utf8', 0, 100));
}

function onlyKey(file: Buffer): PemBlock {
  const blocks = pemBlocks(file);
  const keys = blocks.filter(isPrivateKey);
  const [key, other] = keys;
  if (key && !other) return key;
  if (other) throw refuseFile(`The file holds ${keys.length} private keys; bring the one of the account.`);
  if (blocks.length > 0) {
    throw refuseFile(
      `The file holds ${describeBlocks(blocks)}, but no private key in PEM form. Bring the account's private key.`,
    );
  }
  throw refuseFile(
    'The file holds no key that is known here: neither PEM (PKCS#8, PKCS#1, SEC1) nor a JWK. Bring the account key of the other client: certbot’s private_key.json, acme.sh’s account.key, lego’s keys/<e-mail>.key, dehydrated’s account_key.pem.',
  );
}

function keyFromJwk(file: Buffer): KeyObject {
  const jwk = parseJson(file);
  if (typeof jwk.kty !== 'string') {
    throw refuseFile(
      'The file is JSON, but no JWK. Of certbot’s files it is private_key.json that holds the key, not regr.json or meta.json.',
    );
  }
  if (jwk.kty === 'oct') throw refuseFile('The JWK is a symmetric key; an account has a private key.');
  if (typeof jwk.d !== 'string') throw refuseFile('The JWK is a public key. Bring the private one, which has a "d".');
  const damaged = 'The JWK can’t be read as a private key: a field is missing or does not fit the others.';
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw refuseFile(damaged, 'file', cause);
  }
  // The halves come separately and are not compared by OpenSSL: with other halves the CA would not say why it refuses.
  const probe = Buffer.from('the halves belong together');
  const fits = key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'rsa';
  if (fits && !verify('sha256', probe, createPublicKey({ key: jwk, format: 'jwk' }), sign('sha256', probe, key))) {
    throw refuseFile(damaged);
  }
  return key;
}

function parseJson(file: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(file.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    // Not kept as the cause: the parser's message repeats the input.
    throw refuseFile('The file begins like JSON, but is damaged.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuseFile('The file is JSON, but no JWK: that is one object.');
  }
  return value as Record<string, unknown>;
}

/** What account keys may be: RFC 8555 §6.2 leaves it to the CA; these are what CAs take. */
function algorithmOf(key: KeyObject): SignatureAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256';
  if (type === 'ec' && details?.namedCurve === 'secp384r1') return 'ES384';
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return 'RS256';
  throw refuseFile(
    `The key is ${describeKey(key)}. Account keys are P-256 (ES256), P-384 (ES384) or RSA with at least 2048 bits (RS256).`,
  );
}
