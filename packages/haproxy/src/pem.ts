import { createPrivateKey, X509Certificate } from 'node:crypto';
import { HaproxyError } from './errors.js';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----/g;

/**
 * Reads a PEM bundle and returns what HAProxy needs of it and nothing else: the certificates in the order given, leaf
 * first, then the private key. Whatever stands between the blocks is left out.
 *
 * @throws {HaproxyError} `invalidModel` without a certificate or an unencrypted key, or if the key is not the leaf's
 */
export function checkPem(bundle: string): string {
  const blocks = [...bundle.matchAll(BLOCK)].map(([text, type = '']) => ({ text: text.replace(/\r/g, ''), type }));
  const certificates = blocks.filter(({ type }) => type === 'CERTIFICATE');
  const keys = blocks.filter(({ type }) => /^((RSA|EC) )?PRIVATE KEY$/.test(type));
  const [leaf] = certificates;
  const [key] = keys;
  if (leaf === undefined) throw unusable('it has no certificate');
  if (key === undefined || keys.length > 1) throw unusable('it must have exactly one unencrypted private key');
  let matches: boolean;
  try {
    for (const { text } of certificates) new X509Certificate(text);
    matches = new X509Certificate(leaf.text).checkPrivateKey(createPrivateKey(key.text));
  } catch (cause) {
    throw unusable(`it can't be read (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  if (!matches) throw unusable('the private key does not belong to the first certificate');
  return [...certificates, key].map(({ text }) => `${text}\n`).join('');
}

/** The DNS names of a bundle's leaf, as HAProxy takes them: alternative names and common name. */
export function certificateNames(bundle: string): string[] {
  const [leaf] = bundle.match(BLOCK) ?? [];
  if (leaf === undefined) return [];
  const { subject, subjectAltName } = new X509Certificate(leaf);
  return [
    ...(subjectAltName?.matchAll(/(?:^|, )DNS:([^,"]+)/g) ?? []),
    ...(subject?.matchAll(/^CN=(.+)$/gm) ?? []),
  ].flatMap(([, name = '']) => name);
}

function unusable(why: string, cause?: unknown): HaproxyError {
  return new HaproxyError(
    'invalidModel',
    `The certificate can't be installed: ${why}. Give leaf, chain and key as PEM.`,
    {
      cause,
    },
  );
}
