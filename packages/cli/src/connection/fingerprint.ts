import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { exitCodes } from '../exit-codes.js';
import { Failure, usageFailure } from '../failure.js';

/** Milliseconds that a TCP connection and TLS handshake may take. */
export const connectTimeout = 10_000;

/** SHA-256 of a certificate's DER, lower-case hexadecimal without separators. */
export type Fingerprint = string;

/** Reads a fingerprint as people paste it: any case, with or without colons. Throws a usage Failure. */
export function readFingerprint(text: string): Fingerprint {
  const hexadecimal = text
    .trim()
    .replace(/^sha-?256[:= ]+/i, '')
    .replaceAll(/[:\s]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hexadecimal)) {
    throw usageFailure(
      `"${text}" is not a SHA-256 fingerprint.`,
      'Give 64 hexadecimal digits, as the server prints them when it starts.',
    );
  }
  return hexadecimal;
}

/** In pairs with colons, as OpenSSL and browsers show it. */
export function showFingerprint(fingerprint: Fingerprint): string {
  return fingerprint.toUpperCase().replace(/..(?=.)/g, '$&:');
}

/** Of the certificate that the other side of a finished handshake proved to own. */
export function fingerprintOf(socket: TLSSocket): Fingerprint {
  return createHash('sha256').update(socket.getPeerCertificate().raw).digest('hex');
}

/** What a server shows of itself before anyone trusts it. */
export interface ServerCertificate {
  fingerprint: Fingerprint;
  /** Null when this machine's CAs vouch for it and it is for this host name; else why not. */
  distrust: string | null;
  subject: string;
  notAfter: Date;
}

/** Connects, reads the certificate and hangs up: nothing is sent. Throws {@link unreachable}. */
export function readServerCertificate(url: URL): Promise<ServerCertificate> {
  return new Promise((resolve, reject) => {
    const host = hostOf(url);
    const socket = connect({
      host,
      port: portOf(url),
      ...(isIP(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
    });
    socket.setTimeout(connectTimeout, () => socket.destroy(new Error(`no answer in ${connectTimeout / 1000} s`)));
    socket.once('error', cause => reject(unreachable(url, cause)));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      resolve({
        fingerprint: fingerprintOf(socket),
        distrust: socket.authorized ? null : String(socket.authorizationError),
        subject: String(certificate.subject?.CN ?? certificate.subjectaltname ?? 'no name'),
        notAfter: new Date(certificate.valid_to),
      });
      socket.destroy();
    });
  });
}

/** The host without the brackets of an IPv6 address. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf(url: URL): number {
  return url.port === '' ? 443 : Number(url.port);
}

const remedies: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens there: check the address and port, and that `certfleet serve` is running.',
  ENOTFOUND: 'The host name does not exist: check its spelling.',
  EAI_AGAIN: "The host name could not be looked up: check the spelling and this machine's DNS.",
  ERR_SSL_WRONG_VERSION_NUMBER: 'Something other than HTTPS answers there: check the port.',
  EPROTO: 'Something other than HTTPS answers there: check the port.',
};

/** The server could not be talked to. */
export function unreachable(url: URL, cause: unknown): Failure {
  const { code, message } = deepest(cause);
  return new Failure(`The server at ${url.origin} cannot be reached: ${message}`, {
    exitCode: exitCodes.unreachable,
    remedy: remedies[code ?? ''] ?? 'Check the address, the network and that the server is running.',
    cause,
  });
}

/** Several addresses were tried in vain: the first error stands for all. */
function deepest(cause: unknown): { code?: string; message: string } {
  if (cause instanceof AggregateError && cause.errors.length > 0) return deepest(cause.errors[0]);
  if (cause instanceof Error) {
    const { code } = cause as NodeJS.ErrnoException;
    return { ...(code === undefined ? {} : { code }), message: cause.message || code || cause.name };
  }
  return { message: String(cause) };
}
