import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { defineTarget, PluginError, type ShownCertificate } from '../plugin.js';
import type { InstalledCertificate } from '../ports.js';

/** What a virtual service had before. */
interface Captured {
  /** Under the certificate's name. */
  held: InstalledCertificate | null;
  /** The name of its default certificate, this one or another. */
  defaultName: string | null;
}

/** An HTTPS virtual service: files first, then HAProxy's runtime API, then a handshake with every instance. */
export const virtualServiceTarget = defineTarget({
  type: 'virtual-service',
  title: 'HTTPS virtual service',
  guide: 'docs/guides/virtual-services.md',
  config: z.object({ virtualService: z.int().min(1).describe('Index of the HTTPS virtual service.') }),

  async check({ virtualService }, { loadBalancers }) {
    await loadBalancers.checkVirtualService(virtualService, ['https']);
  },

  checkCertificate({ identifiers, isDefault }) {
    // RFC 6066 §3: addresses are not permitted in SNI, so HAProxy has nothing to choose by.
    if (isDefault || identifiers.some(name => isIP(name) === 0)) return;
    throw new PluginError(
      'config',
      `Clients send no SNI for an IP address and get the default certificate: one for ${identifiers.join(', ') || 'no name'} alone has to be the default of the virtual service.`,
    );
  },

  async capture({ virtualService }, bundle, { loadBalancers }): Promise<Captured> {
    return {
      held: await loadBalancers.certificate(virtualService, bundle.name),
      defaultName: await loadBalancers.defaultCertificate(virtualService),
    };
  },

  async install({ virtualService }, bundle, { loadBalancers }) {
    await loadBalancers.installCertificate(virtualService, bundle.name, {
      pem: `${bundle.chain.trim()}\n${bundle.privateKey.trim()}\n`,
      // One that is not to be the default stays it until the one that is to be has come.
      isDefault: bundle.isDefault || undefined,
      names: bundle.identifiers.filter(name => isIP(name) === 0),
    });
  },

  async readBack({ virtualService }, bundle, { loadBalancers }) {
    const leaf = new X509Certificate(bundle.chain);
    const expected = leaf.fingerprint256.replaceAll(':', '').toLowerCase();
    const keyType = leaf.publicKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec';
    try {
      const served = await loadBalancers.handshake(virtualService, serverName(bundle), keyType);
      const other = served.find(answer => answer.fingerprintSha256 !== expected) ?? served[0];
      if (!other) return { outcome: 'no-answer', reason: 'The load balancer has no instance.' };
      return { outcome: 'served', serial: other.serial, fingerprintSha256: other.fingerprintSha256 };
    } catch (error) {
      // A refused handshake is no answer either: with RSA beside EC, nothing has a key of the other kind at first.
      if (error instanceof PluginError && (error.reason === 'unavailable' || error.reason === 'verificationFailed')) {
        return { outcome: 'no-answer', reason: error.message };
      }
      throw error;
    }
  },

  async restore({ virtualService }, captured, bundle, { loadBalancers }) {
    const former = captured?.defaultName;
    // First, so that nobody is shown the placeholder in between. A third one may have become the default meanwhile.
    if (former && former !== bundle.name) {
      await loadBalancers.makeDefaultCertificate(virtualService, former, bundle.name);
    }
    if (!captured?.held) return loadBalancers.removeCertificate(virtualService, bundle.name);
    const { isDefault, ...held } = captured.held;
    await loadBalancers.installCertificate(virtualService, bundle.name, { ...held, ...(!isDefault && { isDefault }) });
  },

  async remove({ virtualService }, name, otherDefaults, { loadBalancers }) {
    // First, so that nobody is shown the placeholder in between.
    const isLeft = otherDefaults.length > 0 && (await loadBalancers.defaultCertificate(virtualService)) === name;
    for (const other of isLeft ? otherDefaults : []) {
      if ((await loadBalancers.certificate(virtualService, other)) === null) continue;
      await loadBalancers.makeDefaultCertificate(virtualService, other, name);
      break;
    }
    await loadBalancers.removeCertificate(virtualService, name);
  },
});

/** The SNI that asks for this certificate; null (no SNI) when it is only for addresses. */
function serverName(bundle: ShownCertificate): string | null {
  const name = bundle.identifiers.find(identifier => isIP(identifier) === 0);
  // A wildcard is asked for by a name below it that nobody else has.
  return name?.replace(/^\*\./, 'certfleet-read-back.') ?? null;
}
