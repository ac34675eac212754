import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { bindExternalAccount, type FlattenedJws, publicJwkOf, signerFromKey, signJws, thumbprint } from './jws.js';
import { generateAccountKey } from './key.js';
import { AcmeInputError } from './problem.js';

// RSA keys take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** RFC 7638 §3.1. */
const RFC_7638_KEY = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
} as const;

/** RFC 7515 appendix A.2: RSASSA-PKCS1-v1_5 has one signature only for a key and a message. */
const RFC_7515_A2 = {
  key: createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'RSA',
      n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
      e: 'AQAB',
      d: 'Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ',
      p: '4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc',
      q: 'uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc',
      dp: 'BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0',
      dq: 'h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU',
      qi: 'IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U',
    },
  }),
  signingInput:
    'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
  signature:
    'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw',
};

const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());

function verifies(jws: FlattenedJws, key: KeyObject, hash: string): boolean {
  const signature = Buffer.from(jws.signature, 'base64url');
  const data = Buffer.from(`${jws.protected}.${jws.payload}`);
  return verify(hash, data, { key: createPublicKey(key), dsaEncoding: 'ieee-p1363' }, signature);
}

describe('thumbprint', () => {
  test('is that of RFC 7638 §3.1', () => {
    expect(thumbprint(RFC_7638_KEY)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  });

  test('takes nothing but the required members, in whatever order they come', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicJwkOf(publicKey);
    if (jwk.kty !== 'EC') throw new Error('a P-256 key is an EC key');
    const reordered = { y: jwk.y, use: 'sig', x: jwk.x, kty: jwk.kty, crv: jwk.crv };
    expect(thumbprint(reordered)).toBe(thumbprint(jwk));
  });
});

describe('signing', () => {
  test('RS256 gives the signature of RFC 7515 appendix A.2', async () => {
    const signer = signerFromKey(RFC_7515_A2.key);
    expect(signer.algorithm).toBe('RS256');
    const signature = await signer.sign(Buffer.from(RFC_7515_A2.signingInput));
    expect(Buffer.from(signature).toString('base64url')).toBe(RFC_7515_A2.signature);
  });

  test.each([
    ['ES256', 'sha256', 64],
    ['ES384', 'sha384', 96],
    ['RS256', 'sha256', 256],
  ] as const)('%s verifies and has the length of RFC 7518', async (algorithm, hash, length) => {
    const key = await generateAccountKey(algorithm);
    const signer = signerFromKey(key);
    const jws = await signJws(
      signer,
      { url: 'https://ca.example/order', nonce: 'n', kid: 'https://ca.example/a/1' },
      { a: 1 },
    );
    expect(signer.algorithm).toBe(algorithm);
    expect(Buffer.from(jws.signature, 'base64url')).toHaveLength(length);
    expect(verifies(jws, key, hash)).toBe(true);
  });

  test('with an account URL the header has kid and no jwk (RFC 8555 §6.2)', async () => {
    const signer = signerFromKey(await generateAccountKey());
    const jws = await signJws(
      signer,
      { url: 'https://ca.example/order', nonce: 'abc', kid: 'https://ca.example/a/1' },
      {},
    );
    expect(decode(jws.protected)).toEqual({
      alg: 'ES256',
      kid: 'https://ca.example/a/1',
      nonce: 'abc',
      url: 'https://ca.example/order',
    });
  });

  test('without one it has jwk and no kid', async () => {
    const signer = signerFromKey(await generateAccountKey());
    const jws = await signJws(signer, { url: 'https://ca.example/new', nonce: 'abc' }, {});
    expect(decode(jws.protected)).toEqual({
      alg: 'ES256',
      jwk: signer.publicJwk,
      nonce: 'abc',
      url: 'https://ca.example/new',
    });
  });

  test('POST-as-GET has an empty payload, an empty update has {} (RFC 8555 §6.3)', async () => {
    const signer = signerFromKey(await generateAccountKey());
    expect((await signJws(signer, { url: 'https://ca.example/o' }, undefined)).payload).toBe('');
    expect((await signJws(signer, { url: 'https://ca.example/o' }, {})).payload).toBe('e30');
  });

  test('never puts a private member into the header', async () => {
    const signer = signerFromKey(RFC_7515_A2.key);
    expect(Object.keys(signer.publicJwk).sort()).toEqual(['e', 'kty', 'n']);
  });

  test.each([
    ['an Ed25519 key', () => generateKeyPairSync('ed25519').privateKey, /P-256, P-384 or RSA/],
    ['a key on another curve', () => generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey, /not P-521/],
    ['a public key', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, /private key/],
  ])('refuses %s', (_, key, message) => {
    expect(() => signerFromKey(key())).toThrow(AcmeInputError);
    expect(() => signerFromKey(key())).toThrow(message);
  });
});

describe('external account binding', () => {
  const url = 'https://ca.example/new-account';
  const secret = Buffer.from('a secret of thirty-two octets!!!');

  test.each([
    ['base64url', secret.toString('base64url')],
    ['base64 with padding', secret.toString('base64')],
    ['with white space around it', ` ${secret.toString('base64url')}\n`],
  ])('signs the account key with the HMAC key, %s (RFC 8555 §7.3.4)', (_, hmacKey) => {
    const jws = bindExternalAccount({ kid: 'kid-1', hmacKey }, RFC_7638_KEY, url);
    expect(decode(jws.protected)).toEqual({ alg: 'HS256', kid: 'kid-1', url });
    expect(decode(jws.payload)).toEqual(RFC_7638_KEY);
    const expected = createHmac('sha256', secret).update(`${jws.protected}.${jws.payload}`).digest('base64url');
    expect(jws.signature).toBe(expected);
  });

  test('refuses an HMAC key that is no base64url, without repeating it', () => {
    expect(() => bindExternalAccount({ kid: 'k', hmacKey: 'not base64!' }, RFC_7638_KEY, url)).toThrow(
      expect.objectContaining({ name: 'AcmeInputError', message: expect.not.stringContaining('not base64!') }),
    );
  });
});
