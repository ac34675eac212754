/** Accounts and policies, as people make, use and give them up. */
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AcmeServer, createAccount, signerFromKey } from '@certfleet/acme';
import { operations } from '@certfleet/contract';
import { afterAll, expect, test } from 'vitest';
import { newKey } from '../../../packages/server/src/key-files/testing/openssl.js';
import { admin, builtSite, startCertfleet } from '../../harness/certfleet.js';
import { startPebble } from '../../harness/pebble.js';
import { register } from '../engine/fleet.js';
import { chooseCa } from './choose-ca.js';
import { pick } from './pick.js';
import { broken, useBrowser } from './windows.js';

const { open } = useBrowser();
const pebble = await startPebble();
const certfleet = await startCertfleet({ webFolder: builtSite });
const { api } = certfleet;
afterAll(async () => {
  await certfleet.destroy();
  await pebble.stop();
});

async function signedIn(path: string) {
  const window = await open();
  await window.signIn(certfleet.server.url + path, admin);
  return window;
}

test('an account is registered once its terms are accepted, and its e-mail is changed', async () => {
  const { page } = await signedIn('/accounts');
  await page.getByText('There is no account at a CA yet').waitFor();
  await page.getByRole('link', { name: 'Register an account' }).click();
  await chooseCa(page, pebble);
  await page.getByText('Do%20what%20thou%20wilt').waitFor();
  await page.getByText(/Empty: 127\.0\.0\.1\./).waitFor();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('first');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('no address');
  await page.getByRole('checkbox', { name: /I have read the terms/ }).check();
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByText('Must be an e-mail address.').waitFor();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('ops@example.com');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('heading', { name: 'first', level: 1 }).waitFor();
  await page.getByText('valid', { exact: true }).waitFor();
  expect(await api.call(operations.account.show, { params: { name: 'first' } })).toMatchObject({
    email: 'ops@example.com',
    termsAgreedBy: 'user:admin',
  });

  await page.getByRole('button', { name: 'Change e-mail' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'E-mail' }).fill('team@example.com');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('cell', { name: 'team@example.com' }).waitFor();
});

test("another client's account is linked by its key file, and a file that is none is refused at its field", async () => {
  const pem = newKey('P-256');
  const server = new AcmeServer({ directoryUrl: pebble.directoryUrl, ca: pebble.caPem, userAgent: 'another-client' });
  const { session } = await createAccount(server, signerFromKey(createPrivateKey(pem)), {
    contact: [],
    termsOfServiceAgreed: true,
  });
  await server.close();
  const { page } = await signedIn('/accounts/-/new?how=link');
  const link = page.getByRole('button', { name: 'Link', exact: true });
  expect(await link.getAttribute('aria-disabled'), 'before a CA was chosen').toBe('true');
  await chooseCa(page, pebble);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('linked');
  const file = page.locator('input[type=file]');
  await file.setInputFiles({ name: 'disk.img', mimeType: 'text/plain', buffer: Buffer.alloc(65_537) });
  await page.getByText('disk.img has 65,537 bytes; at most 65,536 bytes are taken').waitFor();
  await file.setInputFiles({ name: 'account.key', mimeType: 'text/plain', buffer: Buffer.from('no key') });
  await link.click();
  await page.getByText('The file holds no key that is known here').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await file.setInputFiles({ name: 'account.key', mimeType: 'text/plain', buffer: Buffer.from(pem) });
  await link.click();
  await page.getByRole('heading', { name: 'linked', level: 1 }).waitFor();
  await page.getByText(session.accountUrl).waitFor();
});

test('a key is exported into a file and nowhere else, and replaced', async () => {
  await register(api, 'keeper', pebble);
  const { page } = await signedIn('/accounts/keeper');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Export its key/ }).click();
  const saved = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('button', { name: 'Export and save' }).click();
  const download = await saved;
  const pem = await readFile(await download.path(), 'utf8');
  expect(download.suggestedFilename()).toBe('keeper.key');
  expect(pem).toContain('BEGIN PRIVATE KEY');
  expect(await page.content()).not.toContain('PRIVATE KEY');

  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Replace its key/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Replace its key' }).click();
  await page.getByText('keeper has a new key.').waitFor();
  const { privateKey } = await api.call(operations.account.export, { params: { name: 'keeper' }, body: {} });
  expect(privateKey).not.toBe(pem);
});

test('a policy is made of accounts in order, and says what its period comes to while it is typed', async () => {
  await register(api, 'main', pebble);
  await register(api, 'spare', pebble);
  const { page } = await signedIn('/policies/-/new');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('web');
  for (const name of ['spare', 'main']) {
    await pick(page, 'Account to add', name);
  }
  await page.getByRole('button', { name: 'Move main up' }).click();
  await page.getByRole('textbox', { name: /Renew so many days/ }).fill('60');
  const periods = page.getByRole('table', { name: 'What it comes to' });
  await periods.getByText(/22.5 days before it expires: 60 days are more than half/).waitFor();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'web', level: 1 }).waitFor();
  expect(await api.call(operations.policy.show, { params: { name: 'web' } })).toMatchObject({
    accounts: ['main', 'spare'],
    renewDaysBefore: 60,
  });

  await page.getByRole('textbox', { name: /Renew so many days/ }).fill('');
  await periods.getByText(/when the CA suggests it, else 15 days/).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The policy web was changed.').waitFor();

  await page.goto(`${certfleet.server.url}/accounts/main`);
  await page.getByRole('link', { name: 'web', exact: true }).waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Delete here/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('web', { exact: true }).waitFor();
  await dialog.getByRole('textbox', { name: /Type main/ }).fill('main');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog
    .getByRole('alert')
    .getByText(/policy/)
    .waitFor();

  await page.goto(`${certfleet.server.url}/policies/web`);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('No certificate has it.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There is no policy yet').waitFor();
});

test('that no policy uses an account is said only when the policies were read', async () => {
  await register(api, 'unread', pebble);
  const window = await open();
  const { page } = window;
  await page.route('**/api/v1/policies?*', route => route.fulfill(broken));
  await window.signIn(`${certfleet.server.url}/accounts/unread`, admin);
  await page.getByRole('region', { name: 'Policies that use it' }).getByRole('alert').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Deactivate/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('alert').waitFor();
  expect(await page.getByText(/^No policy uses it/).count()).toBe(0);
  await page.unroute('**/api/v1/policies?*');
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await dialog.getByText('No policy uses it.').waitFor();
});

test('an account is deactivated once its name was typed, and can be used for nothing then', async () => {
  await register(api, 'old', pebble);
  const { page } = await signedIn('/accounts/old');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: /Deactivate/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('No policy uses it.').waitFor();
  expect(await dialog.getByRole('button', { name: 'Deactivate' }).isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: /Type old/ }).fill('old');
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText('deactivated', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Change e-mail' }).getAttribute('aria-description')).toBe(
    'The account is deactivated.',
  );
});
