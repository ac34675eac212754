/**
 * JWS as ACME uses it (RFC 8555 §6.2): flattened JSON, one signature, `nonce` and `url` in the protected header,
 * either `jwk` or `kid`.
 */
import { createHash, createHmac, createPublicKey, sign as cryptoSign, type KeyObject } from 'node:crypto';
import { signInThread } from './key.js';
import { AcmeInputError } from './problem.js';

export type SignatureAlgorithm = 'ES256' | 'ES384' | 'RS256';

/** A public key as JWK (RFC 7517, RFC 7518 §6), with nothing in it but what the thumbprint needs. */
export type PublicJwk =
  | { kty: 'EC'; crv: 'P-256' | 'P-384'; x: string; y: string }
  | { kty: 'RSA'; n: string; e: string };

/**
 * Signs with an account key that may live anywhere (memory, an HSM, another machine).
 *
 * `sign` returns the JWS signature octets: R‖S for ES256 and ES384 (RFC 7518 §3.4), PKCS #1 v1.5 for RS256.
 */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  readonly publicJwk: PublicJwk;
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** Flattened JWS JSON serialization (RFC 7515 §7.2.2). */
export interface FlattenedJws {
  protected: string;
  payload: string;
  signature: string;
}

/**
 * A signer for a private key in memory: P-256 → ES256, P-384 → ES384, RSA → RS256.
 *
 * Throws {@link AcmeInputError} for any other key.
 */
export function signerFromKey(privateKey: KeyObject): Signer {
  if (privateKey.type !== 'private')
    throw new AcmeInputError(`An account signs with a private key, not a ${privateKey.type} one.`);
  const publicJwk = publicJwkOf(createPublicKey(privateKey));
  if (publicJwk.kty === 'RSA') {
    // An RSA signature takes milliseconds: not on the event loop.
    return { algorithm: 'RS256', publicJwk, sign: data => signInThread('sha256', data, privateKey) };
  }
  const [algorithm, hash] = publicJwk.crv === 'P-256' ? (['ES256', 'sha256'] as const) : (['ES384', 'sha384'] as const);
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  // An EC signature takes less time than handing it to another thread and back.
  return { algorithm, publicJwk, sign: async data => cryptoSign(hash, data, key) };
}

/** The members of a public key that RFC 7638 §3.2 calls required, and no others. */
export function publicJwkOf(publicKey: KeyObject): PublicJwk {
  const { kty, crv, x, y, n, e } = publicKey.export({ format: 'jwk' });
  if (kty === 'EC' && (crv === 'P-256' || crv === 'P-384') && x && y) return { kty, crv, x, y };
  if (kty === 'RSA' && n && e) return { kty, n, e };
  throw new AcmeInputError(`An account key is P-256, P-384 or RSA, not ${crv ?? kty ?? publicKey.asymmetricKeyType}.`);
}

/** RFC 7638: base64url of SHA-256 over the required members in lexicographic order. */
export function thumbprint(jwk: PublicJwk): string {
  const ordered =
    jwk.kty === 'EC' ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y } : { e: jwk.e, kty: jwk.kty, n: jwk.n };
  return createHash('sha256').update(JSON.stringify(ordered)).digest('base64url');
}

/**
 * Signs a payload for a URL.
 *
 * - `kid`: the account URL; left out, the header carries the public key (newAccount, revocation by certificate key).
 * - `nonce`: left out only in the inner JWS of a key change (RFC 8555 §7.3.5).
 * - `payload` undefined makes the empty payload of POST-as-GET (RFC 8555 §6.3), which is not `{}`.
 */
export async function signJws(
  signer: Signer,
  header: { url: string; nonce?: string | undefined; kid?: string | undefined },
  payload: object | undefined,
): Promise<FlattenedJws> {
  const protectedHeader = encodeJson({
    alg: signer.algorithm,
    ...(header.kid === undefined ? { jwk: signer.publicJwk } : { kid: header.kid }),
    ...(header.nonce !== undefined && { nonce: header.nonce }),
    url: header.url,
  });
  const encodedPayload = payload === undefined ? '' : encodeJson(payload);
  const signature = await signer.sign(Buffer.from(`${protectedHeader}.${encodedPayload}`, 'ascii'));
  return {
    protected: protectedHeader,
    payload: encodedPayload,
    signature: Buffer.from(signature).toString('base64url'),
  };
}

/** What a CA hands out for an external account binding: a key identifier and an HMAC key, base64url. */
export interface ExternalAccountKey {
  kid: string;
  hmacKey: string;
}

/**
 * The external account binding (RFC 8555 §7.3.4): the account's public key, signed with HMAC-SHA-256.
 *
 * Throws {@link AcmeInputError} if the HMAC key is no base64url (padding and plain base64 are forgiven: CAs show both).
 */
export function bindExternalAccount(
  external: ExternalAccountKey,
  accountJwk: PublicJwk,
  newAccountUrl: string,
): FlattenedJws {
  const text = external.hmacKey.trim().replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  if (!/^[A-Za-z0-9_-]+$/.test(text)) {
    throw new AcmeInputError(
      'The HMAC key of the external account binding is not base64url: copy it again from the CA.',
    );
  }
  const protectedHeader = encodeJson({ alg: 'HS256', kid: external.kid, url: newAccountUrl });
  const payload = encodeJson(accountJwk);
  const signature = createHmac('sha256', Buffer.from(text, 'base64url'))
    .update(`${protectedHeader}.${payload}`)
    .digest('base64url');
  return { protected: protectedHeader, payload, signature };
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
