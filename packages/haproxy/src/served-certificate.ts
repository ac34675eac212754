import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { HaproxyError, systemErrorCode } from './errors.js';

/** Where and how to look at what is served. */
export interface HandshakeRequest {
  /** A wildcard (`0.0.0.0`, `::`) stands for the loopback address. */
  readonly address: string;
  readonly port: number;
  /** SNI; left out: none, which shows the default certificate. */
  readonly serverName?: string;
  /** Accept only this type; left out: whatever the server prefers. */
  readonly keyType?: 'rsa' | 'ec';
  /** Milliseconds for connecting and shaking hands. */
  readonly timeout?: number;
}

/** What a TLS server showed. */
export interface ServedCertificate {
  readonly leaf: X509Certificate;
  /** Upper-case hexadecimal, as in X509Certificate. */
  readonly serialNumber: string;
  /** Leaf first, then what was sent above it, and an issuer that this Node trusts if the chain leads to one. */
  readonly chain: readonly X509Certificate[];
}

const SIGNATURE_ALGORITHMS = {
  ec: ['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512'],
  rsa: ['rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512', 'rsa_pkcs1_sha256', 'rsa_pkcs1_sha384'],
};

/**
 * Shakes hands with a TLS server and returns the certificate that it shows, trusted or not. Nothing is sent after that.
 *
 * @throws {HaproxyError} `notRunning` if nobody listens, `timedOut`, `readBackDiffers` if the handshake fails (such as
 *   for a key type that the server has no certificate of)
 */
export function readServedCertificate(request: HandshakeRequest): Promise<ServedCertificate> {
  const { port, serverName, keyType, timeout = 10_000 } = request;
  const host = reachable(request.address);
  const what = `the certificate of ${serverName ?? 'no server name'}${keyType ? ` (${keyType})` : ''} at ${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      // Looked at, not trusted: placeholders and test CAs are answers too.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      ...(serverName !== undefined && isIP(serverName) === 0 ? { servername: serverName } : {}),
      ...(keyType ? { sigalgs: SIGNATURE_ALGORITHMS[keyType].join(':') } : {}),
    });
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(
      () => finish(() => reject(new HaproxyError('timedOut', `Could not read ${what}: no answer in ${timeout} ms.`))),
      timeout,
    );
    socket.on('secureConnect', () => {
      const chain = chainOf(socket);
      const [leaf] = chain;
      finish(() => {
        if (leaf) resolve({ leaf, serialNumber: leaf.serialNumber, chain });
        else reject(new HaproxyError('readBackDiffers', `Could not read ${what}: the server sent none.`));
      });
    });
    socket.on('error', cause => {
      const code = systemErrorCode(cause);
      const reason = code === 'ECONNREFUSED' || code === 'EADDRNOTAVAIL' ? 'notRunning' : 'readBackDiffers';
      finish(() => reject(new HaproxyError(reason, `Could not read ${what}: ${cause.message}`, { cause })));
    });
  });
}

function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let certificate: PeerCertificate | undefined = socket.getPeerCertificate(true);
  // A self-signed certificate is its own issuer here.
  while (certificate?.raw && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    chain.push(new X509Certificate(certificate.raw));
    certificate = 'issuerCertificate' in certificate ? (certificate.issuerCertificate as PeerCertificate) : undefined;
  }
  return chain;
}
