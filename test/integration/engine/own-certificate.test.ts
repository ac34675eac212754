import { rmSync } from 'node:fs';
import { connect } from 'node:tls';
import { operations } from '@certfleet/contract';
import { readServedCertificate } from '@certfleet/haproxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fleet, startFleet } from './fleet.js';
import { certificateBecomes } from './waiting.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet?.stop());

test("a certificate assigned to the admin interface takes the self-signed one's place, and leaves it again", async () => {
  const { api, certfleet } = fleet;
  const selfSigned = await shownByAdminInterface();
  expect(selfSigned.issuer).toBe('Certfleet');
  await api.call(operations.target.create, { body: { name: 'admin', type: 'admin-interface' } });
  const open = connect({ host: '127.0.0.1', port: adminPort(), rejectUnauthorized: false });
  await new Promise(resolve => open.once('secureConnect', resolve));

  await api.call(operations.certificate.request, {
    body: { name: 'admin', identifiers: ['admin.example.com'], assignments: [{ target: 'admin' }] },
  });
  const issued = await certificateBecomes(api, 'admin', 1);
  expect((await shownByAdminInterface()).serial).toBe(issued.version?.serial);
  expect(open.closed).toBe(false);
  open.destroy();

  await certfleet.restart();
  expect((await shownByAdminInterface()).serial).toBe(issued.version?.serial);

  const target = () => api.call(operations.target.show, { params: { name: 'admin' } });
  expect((await target()).certificates).toEqual(['admin']);
  await api.call(operations.certificate.unassign, { params: { name: 'admin', target: 'admin' } });
  expect(await shownByAdminInterface()).toEqual(selfSigned);
  expect((await target()).certificates).toEqual([]);
});

test('HAProxy and all of its files lost: a start brings everything back, also the certificates', async () => {
  const { api, certfleet, httpsPort } = fleet;
  await api.call(operations.certificate.request, {
    body: { name: 'www', identifiers: ['www.example.com'], assignments: [{ target: 'vs-2' }] },
  });
  const issued = await certificateBecomes(api, 'www', 1);
  const { directory } = certfleet.options.haproxy;
  await certfleet.server.engine.loadBalancers.stopHaproxy();
  await certfleet.stop();
  rmSync(directory, { recursive: true });

  await certfleet.restart();
  await expect
    .poll(async () => (await shownBy(httpsPort, 'www.example.com')).serial, { timeout: 30_000 })
    .toBe(issued.version?.serial);
});

function adminPort(): number {
  return Number(new URL(fleet.certfleet.server.url).port);
}

function shownByAdminInterface() {
  return shownBy(adminPort());
}

async function shownBy(port: number, serverName?: string): Promise<{ serial: string; issuer: string }> {
  const { leaf } = await readServedCertificate({ address: '127.0.0.1', port, ...(serverName && { serverName }) });
  return { serial: leaf.serialNumber.toLowerCase(), issuer: leaf.issuer.replace(/^CN=/, '') };
}
