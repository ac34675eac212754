/** A store with something of every part, for tests of backups. */
import { generateKeyPairSync } from 'node:crypto';
import type { OpenStore } from '../../../packages/server/src/store/index.js';

const poolSettings = {
  scheduling: 'round-robin',
  persistence: { type: 'none' },
  healthCheck: { type: 'none' },
  minimumServers: 1,
  unavailable: null,
} as const;

/** A virtual service without more. */
export function newService(loadBalancerId: string, address: string) {
  const socket = { loadBalancerId, address, port: 443, type: 'https' as const, name: null };
  return { ...socket, enabled: true, redirectPort: null, http2: false, ...poolSettings };
}

/** A store with something of every part, and one certificate of each kind. */
export async function fill(store: OpenStore): Promise<void> {
  await store.transaction(async tx => {
    await tx.settings.set('colour', 'blue');
    await tx.settings.setSecret('word', 'hush');
    await tx.revokedKeys.add('c3Rvbw==', { certificate: 'gone', version: 7, revokedAt: 1 });
    const key = await tx.keys.create(newKey('account'));
    const account = await tx.accounts.create({ name: 'le', directoryUrl: 'https://ca.test/directory', keyId: key.id });
    await tx.accounts.update(account.id, { status: 'valid', accountUrl: 'https://ca.test/account/1' });
    const { id: loadBalancerId } = await tx.loadBalancers.create({
      name: 'default',
      isDefault: true,
      instances: [{ name: 'local', type: 'local' }],
    });
    const service = await tx.virtualServices.create(newService(loadBalancerId, '192.0.2.1'));
    for (const name of ['shop', 'api']) {
      await tx.contentRules.create({
        ...{ name, field: 'url', header: null, match: 'prefix', pattern: `/${name}` },
        ...{ includeHost: false, includeQuery: true, negate: false, ignoreCase: true, mustFail: false },
      });
    }
    const realServers = [{ address: '10.0.0.1', port: 80, weight: 7, enabled: true, connectionLimit: 3 }];
    const sub = { ...poolSettings, name: 'sub', enabled: true, contentRules: ['api', 'default', 'shop'], realServers };
    await tx.virtualServices.createSub(service.index, sub);
    const config = { virtualService: service.index };
    const own = await tx.solvers.create({
      name: `vs-${service.index}`,
      type: 'virtual-service',
      config,
      secrets: null,
    });
    const target = await tx.targets.create({
      name: `vs-${service.index}`,
      type: 'virtual-service',
      config,
      secrets: null,
    });
    const dns = await tx.solvers.create({ name: 'dns', type: 'dns', config: { zone: 'x' }, secrets: { key: 'tsig' } });
    const admin = await tx.targets.create({ name: 'admin', type: 'admin-interface', config: {}, secrets: null });
    const policy = await tx.policies.create({
      name: 'default',
      accountIds: [account.id],
      keyAlgorithm: 'P-256',
      keyOnRenewal: 'new',
      renewDaysBefore: null,
      profile: null,
      defaultSolverId: own.id,
    });
    await tx.domains.create({ pattern: '.example.com', solverId: own.id });
    await tx.domains.create({ pattern: '.example.org', solverId: dns.id });
    await tx.users.create({ name: 'anna', role: 'admin', passwordHash: 'hash' });
    for (const [name, policyId, targetId] of [
      ['www', policy.id, target.id],
      ['shop', policy.id, admin.id],
      ['bought', null, null],
    ] as const) {
      const certificate = await tx.certificates.create({
        name,
        policyId,
        identifiers: [{ type: 'dns', value: `${name}.example.com`, solverId: null }],
        labels: { team: name },
      } as Parameters<typeof tx.certificates.create>[0]);
      await tx.certificates.setKeystorePassword(certificate.id, `of ${name}`);
      const imported = await tx.keys.create(newKey('certificate'));
      await tx.certificates.update(certificate.id, { importedKeyId: imported.id, keyOnRenewal: 'imported' });
      const versionKey = await tx.keys.create(newKey('certificate'));
      const version = await tx.versions.create({
        certificateId: certificate.id,
        keyId: versionKey.id,
        accountId: policyId && account.id,
        serial: `0${name}`,
        fingerprintSha256: name,
        issuer: 'CN=Test',
        chain: `-- ${name} --`,
        ariCertId: null,
        notBefore: 0,
        notAfter: Date.UTC(2027, 3, 1),
      } as Parameters<typeof tx.versions.create>[0]);
      await tx.certificates.update(certificate.id, { currentVersionId: version.id, notAfter: version.notAfter });
      if (targetId) await tx.assignments.create({ certificateId: certificate.id, targetId, isDefault: false });
    }
  });
}

/** A key of either kind, as the store takes it. */
export function newKey(purpose: 'account' | 'certificate') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    purpose,
    custody: 'server',
    algorithm: 'P-256',
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  } as const;
}
