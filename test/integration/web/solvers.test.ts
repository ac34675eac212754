/** Solvers and domains, as people make, try and delete them. */
import { createServer } from 'node:net';
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { admin, builtSite } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';
import { startDnsFleet } from '../dns/dns-fleet.js';
import { pick } from './pick.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
const { certfleet, api, bind, stop } = await startDnsFleet({
  bind: { zones: ['example.org', 'example.com'] },
  server: { webFolder: builtSite },
});
afterAll(stop);

async function signedIn(path: string) {
  const window = await open();
  await window.signIn(certfleet.server.url + path, admin);
  return window;
}

test('a DNS account is made by its form, which shows what the server refuses at the field, and is tried', async () => {
  const { page } = await signedIn('/solvers');
  await page.getByRole('link', { name: 'Create a solver' }).click();
  await page.getByPlaceholder('Choose one').click();
  await page.getByRole('option', { name: /RFC 2136/ }).click();
  const { keyName, keySecret } = bind.keys[0];
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('bind');
  await page.getByRole('textbox', { name: 'Server', exact: true }).fill(bind.address);
  await page.getByRole('textbox', { name: 'Key name' }).fill(keyName);
  const secret = page.getByRole('textbox', { name: 'Key secret' });
  await secret.fill('not base64!');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Must be base64, as tsig-keygen prints it.').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);

  await secret.fill(keySecret);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'bind', level: 1 }).waitFor();
  await page.getByPlaceholder('Stored; type to replace it').waitFor();
  expect(await page.content()).not.toContain(keySecret);

  await page.getByRole('textbox', { name: 'Name to be proven' }).fill('www.example.org');
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('It works', { exact: true }).waitFor();
  await page.getByText('_acme-challenge.www.example.org').waitFor();
  await page.route('**/solvers/bind/test', route =>
    route.fulfill({ json: { zones: [], record: null, answers: null, byPerson: false } }),
  );
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('It answers, but sees no zone').waitFor();
  expect(await page.getByText('It works', { exact: true }).count()).toBe(0);
  await page.unroute('**/solvers/bind/test');

  await secret.fill(bind.keys[1].keySecret);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The solver bind was changed.').waitFor();
  // What was found before says nothing of the new secret.
  await page.getByText('It answers, but sees no zone').waitFor({ state: 'detached' });
  expect(await secret.inputValue()).toBe('');
  await page.getByRole('button', { name: 'Test' }).click();
  await page
    .getByRole('alert')
    .getByText(/BADSIG/)
    .waitFor();
});

test('a listener has to answer a trial challenge, and of a person nobody says that it works', async () => {
  const config = { address: '127.0.0.1', port: await freePort() };
  await api.call(operations.solver.create, { body: { name: 'listener', type: 'standalone', config } });
  await api.call(operations.solver.create, { body: { name: 'somebody', type: 'manual' } });
  const other = createServer();
  await new Promise<void>(resolve => other.listen(config.port, config.address, resolve));
  const { page } = await signedIn('/solvers/listener');
  await page.getByRole('button', { name: 'Test' }).click();
  await page
    .getByRole('alert')
    .getByText(/Something else listens there/)
    .waitFor();
  await new Promise(resolve => other.close(resolve));
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('It works', { exact: true }).waitFor();
  await page.getByText(`listener answers a trial challenge at 127.0.0.1:${config.port}.`).waitFor();

  await page.getByRole('link', { name: 'Solvers' }).first().click();
  await page.getByRole('link', { name: 'somebody', exact: true }).click();
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('Nobody was asked: a person presents').waitFor();
  expect(await page.getByText('It works', { exact: true }).count()).toBe(0);
});

test('what is typed stays while somebody else changes the same thing, whose changes come in and stay', async () => {
  const config = { server: bind.address, ...bind.keys[0] };
  await api.call(operations.solver.create, { body: { name: 'shared', type: 'rfc2136', config } });
  const { page } = await signedIn('/solvers/shared');
  const keyName = page.getByRole('textbox', { name: 'Key name' });
  await keyName.fill('typed.here.');
  const server = `127.0.0.1:${await freePort()}`;
  const theirs = { params: { name: 'shared' }, body: { config: { server } } };
  await api.call(operations.solver.change, theirs);
  await expect.poll(() => page.getByRole('textbox', { name: 'Server', exact: true }).inputValue()).toBe(server);
  expect(await keyName.inputValue()).toBe('typed.here.');
  const [sent] = await Promise.all([
    page.waitForRequest(request => request.method() === 'PATCH'),
    page.getByRole('button', { name: 'Save' }).click(),
  ]);
  expect(sent.postDataJSON()).toEqual({ config: { keyName: 'typed.here.' } });
  await page.getByText('The solver shared was changed.').waitFor();
  const { config: stored } = await api.call(operations.solver.show, { params: { name: 'shared' } });
  expect(stored).toMatchObject({ server, keyName: 'typed.here.' });
});

test('names that nobody can prove are shown before an order fails for them', async () => {
  await api.call(operations.policy.create, { body: { name: 'bare', accounts: ['pebble'] } });
  await api.call(operations.system.pause, { body: { reason: 'Nothing is to be issued by this test' } });
  const { page } = await signedIn('/domains');
  await page.getByRole('textbox', { name: 'Name or suffix' }).fill('.example.com');
  await pick(page, 'Solver', 'dns');
  await page.getByRole('button', { name: 'Bind', exact: true }).click();
  await page.getByRole('row').filter({ hasText: '.example.com' }).waitFor();
  const body = { name: 'shop', identifiers: ['shop.example.com', '*.shop.example.com'], policy: 'bare' };
  await api.call(operations.certificate.request, { body });
  await page.getByText('Each of the 2 names of all certificates can be proven').waitFor();

  await page.getByRole('button', { name: 'Unbind' }).click();
  const question = page.getByRole('dialog', { name: 'Unbind .example.com?' });
  await question.getByText('names of 1 certificate are proven by the next suffix').waitFor();
  await question.getByRole('listitem').getByText('shop', { exact: true }).waitFor();
  await question.getByRole('button', { name: 'Unbind' }).click();
  await page.getByText('2 names that nobody can prove').waitFor();
  const table = page.getByRole('table', { name: 'Names that nobody can prove' });
  await table.getByRole('cell', { name: '*.shop.example.com', exact: true }).waitFor();
  await table.getByRole('link', { name: 'shop' }).first().waitFor();
});

test('what a policy needs is not deleted, and the refusal says by what it is used', async () => {
  const { page } = await signedIn('/solvers/dns');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Disable' }).click();
  await dialog.getByText(/It is in use: default of 1 policy.*Nobody proves their names/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect((await api.call(operations.solver.show, { params: { name: 'dns' } })).enabled).toBe(true);
  await page.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByText(/It is in use: default of 1 policy/).waitFor();
  await dialog.getByRole('textbox', { name: /^Type dns/ }).fill('dns');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/policy/)
    .waitFor();
});

test('what nothing uses is deleted', async () => {
  await api.call(operations.solver.create, { body: { name: 'own', type: 'standalone', config: { port: 8081 } } });
  const { page } = await signedIn('/solvers');
  await page.getByRole('link', { name: 'own', exact: true }).click();
  await page.getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Enable' }).waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('textbox', { name: /^Type own/ }).fill('own');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Solvers', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'dns', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'own', exact: true }).count()).toBe(0);
});

test('a virtual service is disabled: its solver is shown so at once, and its names among those that nobody can prove', async () => {
  const body = { address: '127.0.0.1', port: await freePort(), type: 'http' } as const;
  const { index } = await api.call(operations.virtualService.create, { body });
  const solver = `vs-${index}`;
  await api.call(operations.domain.create, { body: { pattern: 'front.example.com', solver } });
  await api.call(operations.certificate.request, {
    body: { name: 'front', identifiers: ['front.example.com'], policy: 'default' },
  });
  const { page } = await signedIn(`/solvers/${solver}`);
  await page.getByText('enabled', { exact: true }).waitFor();
  const { page: domains } = await signedIn('/domains');
  await domains.getByRole('row').filter({ hasText: 'front.example.com' }).waitFor();

  await api.call(operations.virtualService.change, { params: { index }, body: { enabled: false } });
  await page.getByText('virtual service disabled', { exact: true }).waitFor();
  await page
    .getByRole('alert')
    .getByRole('link', { name: `virtual service ${index}` })
    .waitFor();
  await domains
    .getByRole('table', { name: 'Names that nobody can prove' })
    .getByText(new RegExp(`^Virtual service ${index} is disabled, so its solver ${solver} can't prove front`))
    .waitFor();
});
