import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:https';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Instant } from '../domain/time.js';
import { selfSigned } from './self-signed.js';

/** PEM: the chain, leaf first, and the leaf's private key. */
export interface CertificatePair {
  certificate: string;
  privateKey: string;
}

/** TLS 1.2 with forward secrecy is what every client of today can do. */
const protocol = { minVersion: 'TLSv1.2', honorCipherOrder: true } as const;

/**
 * The certificate of the admin interface: self-signed from the first start, until a managed one is installed. Both are
 * kept in `<data folder>/admin-tls`, one file each with chain and key (0600), so that a restart serves the same.
 */
export class AdminTls {
  readonly #folder: string;
  readonly #selfSigned: CertificatePair;
  #managed: CertificatePair | null;
  readonly #servers = new Set<Server>();

  private constructor(folder: string, selfSigned: CertificatePair, managed: CertificatePair | null) {
    this.#folder = folder;
    this.#selfSigned = selfSigned;
    this.#managed = managed;
  }

  /**
   * Opens what the data folder has; makes the self-signed certificate if it has none, for this host's name, localhost
   * and `names` (DNS names and addresses by which clients reach the server).
   *
   * Throws an error that names the file if one is there and can't be used: a new certificate in its place would break
   * every pin without a word.
   */
  static async open(dataFolder: string, names: readonly string[], now: Instant): Promise<AdminTls> {
    const folder = join(dataFolder, 'admin-tls');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const managed = (await readPair(managedFile(folder))) ?? null;
    const known = await readPair(selfSignedFile(folder));
    if (known) return new AdminTls(folder, known, managed);
    const made = await selfSigned(
      [...new Set([hostname(), 'localhost', '127.0.0.1', '::1', ...names.map(withoutBrackets)])],
      now,
    );
    await writePair(selfSignedFile(folder), made);
    return new AdminTls(folder, made, managed);
  }

  /** For `https.createServer`. */
  get serverOptions(): { key: string; cert: string; minVersion: 'TLSv1.2'; honorCipherOrder: boolean } {
    const { certificate, privateKey } = this.#managed ?? this.#selfSigned;
    return { key: privateKey, cert: certificate, ...protocol };
  }

  /** SHA-256 of the served leaf, as `AB:CD:…`: what the CLI pins and people compare. */
  get fingerprint(): string {
    return new X509Certificate(this.serverOptions.cert).fingerprint256;
  }

  /** From now on, this server gets every new certificate. */
  attach(server: Server): void {
    this.#servers.add(server);
  }

  /**
   * Serves a managed certificate from the next handshake on; connections that are open go on with theirs. The file is
   * written first. Throws, and changes nothing, if chain and key are not a pair.
   */
  async install(pair: CertificatePair): Promise<void> {
    assertUsable(pair, 'The certificate for the admin interface');
    await writePair(managedFile(this.#folder), pair);
    this.#serve(pair);
  }

  /** What was installed last; null while the self-signed certificate is served. */
  get managed(): CertificatePair | null {
    return this.#managed;
  }

  /** Serves the self-signed certificate again. Does no harm where it is served already. */
  async remove(): Promise<void> {
    await rm(managedFile(this.#folder), { force: true });
    this.#serve(null);
  }

  #serve(managed: CertificatePair | null): void {
    this.#managed = managed;
    for (const server of this.#servers) server.setSecureContext(this.serverOptions);
  }
}

/** An IPv6 address as it stands in a URL is in brackets, in a certificate it is not. */
const withoutBrackets = (name: string) => name.replace(/^\[(.*)\]$/, '$1');

const managedFile = (folder: string) => join(folder, 'managed.pem');
const selfSignedFile = (folder: string) => join(folder, 'self-signed.pem');

async function readPair(file: string): Promise<CertificatePair | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const blocks = text.match(/-----BEGIN [A-Z ]+-----[^-]*-----END [A-Z ]+-----\n?/g) ?? [];
  const isKey = (block: string) => block.includes('PRIVATE KEY-----');
  const pair = {
    certificate: blocks.filter(block => !isKey(block)).join(''),
    privateKey: blocks.filter(isKey).join(''),
  };
  assertUsable(pair, file);
  return pair;
}

function assertUsable(pair: CertificatePair, source: string): void {
  try {
    // OpenSSL takes an empty text for "none", so both are read first.
    const fits = new X509Certificate(pair.certificate).checkPrivateKey(createPrivateKey(pair.privateKey));
    if (!fits) throw new Error('the private key is not that of the first certificate');
    createSecureContext({ cert: pair.certificate, key: pair.privateKey });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${source} can't be used for TLS: ${reason}. It must be PEM: a chain, the leaf first, and the leaf's private key. If the file is damaged, restore it, or delete it to have a new certificate made; clients that pin its fingerprint must then pin the new one.`,
      { cause },
    );
  }
}

/** One file with both, renamed into place: a crash leaves the old pair or the new one, never half of each. */
async function writePair(file: string, pair: CertificatePair): Promise<void> {
  const written = `${file}.new`;
  const handle = await open(written, 'w', 0o600);
  try {
    await handle.writeFile(pair.certificate + pair.privateKey);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(written, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
