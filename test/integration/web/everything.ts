import { operations, type Role } from '@certfleet/contract';
import { admin, builtSite } from '../../harness/certfleet.js';
import { createLocalIdentity } from '../../harness/identity.js';
import { freePort } from '../../harness/ports.js';
import { type Fleet, startFleet } from '../engine/fleet.js';
import { certificateFails, certificateGets, certificateIs } from '../engine/waiting.js';

/** A fleet in which each page has something to show, and a person of each role. */
export interface Everything extends Fleet {
  url: string;
  people: Record<Role, { name: string; password: string }>;
}

/**
 * Certificates that are served, that have failed and that wait for a person; a virtual service with parts, rules and real
 * servers; and one of everything else.
 */
export async function startEverything(): Promise<Everything> {
  const fleet = await startFleet({ server: { webFolder: builtSite } });
  const { api, dns } = fleet;
  const person = async (role: Role) => {
    const who = { name: `the-${role}`, password: 'a long pass phrase' };
    await api.call(operations.user.create, { body: { ...who, role } });
    return who;
  };
  const people = { admin, viewer: await person('viewer'), operator: await person('operator') };

  await fleet.request('www');
  await certificateGets(api, 'www', 1);
  // Nobody answers there.
  await dns.addA('stuck.example.com', ['127.0.0.9']);
  await fleet.request('stuck');
  await certificateFails(api, 'stuck', /./);
  await api.call(operations.solver.create, { body: { name: 'hand', type: 'manual' } });
  await fleet.request('by-hand', { identifiers: [{ value: 'by-hand.example.com', solver: 'hand' }] });
  await certificateIs(api, 'by-hand', ({ issuance }) => issuance?.needsPerson === true);

  await api.call(operations.contentRule.create, { body: { name: 'api', pattern: '/api/' } });
  await api.call(operations.virtualService.addSub, {
    params: { index: 2 },
    body: {
      name: 'api',
      contentRules: ['api'],
      realServers: [{ address: '127.0.0.1', port: await freePort() }],
    },
  });
  await api.call(operations.virtualService.addRealServer, {
    params: { index: 2 },
    body: { address: '127.0.0.1', port: await freePort() },
  });
  await api.call(operations.solver.create, { body: { name: 'own', type: 'standalone', config: { port: 8081 } } });
  await api.call(operations.domain.create, { body: { pattern: '.example.net', solver: 'own' } });
  const { certificatePem } = await createLocalIdentity('Example CA');
  const file = Buffer.from(certificatePem).toString('base64');
  await api.call(operations.intermediate.add, { body: { name: 'example-ca', file } });
  await api.call(operations.channel.create, {
    body: { name: 'chat', type: 'webhook', config: { url: 'https://chat.example.com/hook' }, enabled: false },
  });
  await api.call(operations.token.create, { body: { name: 'script', role: 'viewer', expiresAt: null } });
  return { ...fleet, url: fleet.certfleet.server.url, people };
}
