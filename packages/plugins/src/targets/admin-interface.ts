import { z } from 'zod';
import { defineTarget } from '../plugin.js';
import type { AdminCertificate } from '../ports.js';

/** Certfleet's own HTTPS: until a certificate is assigned here it serves a self-signed one. */
export const adminInterfaceTarget = defineTarget({
  type: 'admin-interface',
  title: "Certfleet's own API and web interface",
  config: z.object({}),

  async check() {
    // There is nothing to configure: it is the server that does the deploying.
  },

  async capture(_, __, { adminInterface }): Promise<AdminCertificate | null> {
    return adminInterface.managedCertificate();
  },

  async install(_, bundle, { adminInterface }) {
    await adminInterface.install({ certificate: bundle.chain, privateKey: bundle.privateKey });
  },

  async readBack(_, __, { adminInterface }) {
    const leaf = await adminInterface.handshake();
    return {
      outcome: 'served',
      serial: leaf.serialNumber.toLowerCase(),
      fingerprintSha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  },

  async restore(_, captured, __, { adminInterface }) {
    if (captured) await adminInterface.install(captured);
    else await adminInterface.remove();
  },

  async remove(_, __, ___, { adminInterface }) {
    await adminInterface.remove();
  },
});
