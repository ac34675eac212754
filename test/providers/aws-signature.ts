import { createHash, createHmac } from 'node:crypto';
import type { ProviderRequest } from './server.js';

/** Why a request's Signature Version 4 is not that of `secretFor` its access key; null when it is. */
export function signatureFault(
  { method, path, query, headers, body }: ProviderRequest,
  service: string,
  secretFor: (accessKeyId: string) => string | undefined,
): 'MissingAuthenticationToken' | 'InvalidClientTokenId' | 'SignatureDoesNotMatch' | null {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!found) return 'MissingAuthenticationToken';
  const [, accessKeyId = '', day = '', region = '', signedFor, names = '', signature] = found;
  const secret = secretFor(accessKeyId);
  if (secret === undefined) return 'InvalidClientTokenId';
  const time = String(headers['x-amz-date']);
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = [
    method,
    path.split('/').map(encode).join('/'),
    [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...names.split(';').map(name => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce(
    (from: string | Buffer, part) => createHmac('sha256', from).update(part).digest(),
    `AWS4${secret}`,
  );
  const expected = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n'))
    .digest('hex');
  return signedFor === service && time.startsWith(day) && signature === expected ? null : 'SignatureDoesNotMatch';
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
