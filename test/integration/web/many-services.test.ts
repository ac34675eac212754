/** A certificate at thousands of virtual services: what its pages read goes by what they show. */
import { operations } from '@certfleet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../../packages/server/src/store/index.js';
import { masterKey } from '../../bench/store/fill.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { createWorkdir } from '../../harness/workdir.js';
import { createCertificate, createPolicy, poolSettings } from '../store/fleet.js';
import { pick } from './pick.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
/** Of virtual services, of which all but the last have the certificate. */
const count = 3_000;
const folder = createWorkdir('many-services', { mode: 0o700 });
let certfleet: Certfleet;

beforeAll(async () => {
  const storeUrl = `sqlite:${folder.file('many.db')}`;
  const store = await openStore({ url: storeUrl, masterKey });
  await store.transaction(async tx => {
    const { id: loadBalancerId } = await tx.loadBalancers.create({ name: 'lb', isDefault: true, instances: [] });
    const { id: certificateId } = await createCertificate(tx, await createPolicy(tx), 'everywhere');
    for (let port = 1; port <= count; port += 1) {
      const { index } = await tx.virtualServices.create({
        ...{ loadBalancerId, name: `shop-${port}`, address: '192.0.2.1', port, type: 'https', enabled: true },
        ...{ ...poolSettings, redirectPort: null, http2: false },
      });
      const own = { name: `vs-${index}`, type: 'virtual-service', config: { virtualService: index } };
      const target = await tx.targets.create(own);
      if (port < count) await tx.assignments.create({ certificateId, targetId: target.id, isDefault: false });
    }
  });
  await store.close();
  certfleet = await startCertfleet({ webFolder: builtSite, storeUrl, masterKey });
  await certfleet.api.call(operations.system.pause, { body: { reason: 'Nothing is to be brought anywhere.' } });
});
afterAll(async () => {
  await certfleet?.destroy();
  folder.remove();
});

test('SSL certificates reads no virtual service, and its dialog those in sight; any of them is found', async () => {
  const window = await open();
  const { page } = window;
  // Once each: all is read once more when the page begins to be told what happens.
  const asked = new Set<string>();
  page.on('request', request => {
    const { pathname, search, searchParams } = new URL(request.url());
    // What asks for one thing looks whether there is any: the first steps do.
    if (/\/(certificates|virtual-services|targets|assignments)$/.test(pathname) && searchParams.get('limit') !== '1') {
      asked.add(pathname.replace(/^\/api\/v\d/, '') + search);
    }
  });
  await window.signIn(`${certfleet.server.url}/ssl-certificates`, admin);
  const line = page.getByRole('table', { name: 'SSL certificates' }).getByRole('row').filter({ hasText: 'everywhere' });
  await line.getByText(`and ${count - 6} others`).waitFor();
  expect(await line.getByRole('link', { name: /^shop-/ }).allTextContents()).toEqual(
    [1, 2, 3, 4, 5].map(number => `shop-${number}`),
  );
  expect([...asked]).toEqual(['/certificates?limit=100']);

  await page.getByRole('button', { name: 'Operations of everywhere' }).click();
  await page.getByRole('menuitem', { name: 'Available and assigned VSs' }).click();
  const places = page.getByRole('table', { name: 'Assigned VSs' });
  await places.getByRole('link', { name: '1 shop-1', exact: true }).waitFor();
  expect(await places.getByRole('row').count()).toBeLessThan(60);
  expect([...asked].slice(1)).toEqual(['/certificates/everywhere/assignments?limit=100']);
  expect(await window.accessibilityFaults()).toEqual([]);

  const available = page.getByRole('combobox', { name: 'Available VSs' });
  await available.fill('shop-1500');
  await page.getByRole('option', { name: 'vs-1500 It has the certificate.', disabled: true }).waitFor();
  await pick(page, 'Available VSs', `vs-${count}`, `shop-${count}`);
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await page.getByText(`everywhere was assigned to vs-${count}.`).waitFor();
  await line.getByText(`and ${count - 5} others`).waitFor();
});
