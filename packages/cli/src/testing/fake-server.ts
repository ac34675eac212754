import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as x509 from '@peculiar/x509';
import type { FakeApi } from './fake-api.js';

/** A certificate that no CA vouches for, as a server makes it at its first start. */
export interface SelfSigned {
  certificate: string;
  key: string;
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  fingerprint: string;
}

export async function selfSigned(name: string): Promise<SelfSigned> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: made.toString('pem'),
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    fingerprint: createHash('sha256').update(Buffer.from(made.rawData)).digest('hex'),
  };
}

/** The API in memory behind real TLS on a free port of this machine. */
export interface FakeServer {
  url: string;
  /** The Authorization of each request. */
  authorizations: (string | undefined)[];
  close(): Promise<void>;
}

export async function startFakeServer(api: FakeApi, { certificate, key }: SelfSigned, port = 0): Promise<FakeServer> {
  const authorizations: (string | undefined)[] = [];
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    authorizations.push(request.headers.authorization);
    const body = await text(request);
    const answer = await api.transport(request.url ?? '/', {
      method: request.method ?? 'GET',
      headers: {},
      ...(body === '' ? {} : { body }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    close: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise(resolve => server.close(() => resolve()));
}
