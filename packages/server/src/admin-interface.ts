import type { X509Certificate } from 'node:crypto';
import { readServedCertificate } from '@certfleet/haproxy';
import type { AdminCertificate, AdminInterfacePort } from '@certfleet/plugins';
import type { AdminTls } from './http/tls.js';

/** The server's own HTTPS, as the target `admin-interface` reaches it. */
export class AdminInterface implements AdminInterfacePort {
  readonly #tls: AdminTls;
  readonly #listening: () => { address: string; port: number };

  /** `listening` tells where the server listens; it is asked when a certificate is read back. */
  constructor(tls: AdminTls, listening: () => { address: string; port: number }) {
    this.#tls = tls;
    this.#listening = listening;
  }

  async managedCertificate(): Promise<AdminCertificate | null> {
    return this.#tls.managed;
  }

  install(certificate: AdminCertificate): Promise<void> {
    return this.#tls.install(certificate);
  }

  remove(): Promise<void> {
    return this.#tls.remove();
  }

  async handshake(): Promise<X509Certificate> {
    return (await readServedCertificate(this.#listening())).leaf;
  }
}
