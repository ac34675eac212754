import type { Page } from 'playwright-core';
import { press } from '../harness/browser.js';
import { longestWord } from './fleet.js';
import type { Picture } from './pictures.js';

/** What opens above pages: the name of its picture, where it is opened, and by which buttons. */
const opened: readonly [name: string, path: string, ...buttons: string[]][] = [
  ['bulk-renew', '/certificates', 'Choose all that match', 'Renew…'],
  ['bulk-export', '/certificates', 'Choose all that match', 'Export…'],
  ['bulk-revoke', '/certificates', 'Choose all that match', 'Revoke…'],
  ['bulk-delete', '/certificates', 'Choose all that match', 'Delete…'],
  ['export', '/certificates/www', 'Export…'],
  ['change', '/certificates/a-hundred-names', 'Change…'],
  ['revoke', '/certificates/www', 'More', 'Revoke…'],
  ['delete', '/certificates/www', 'More', 'Delete…'],
  ['delete-longest', `/certificates/${longestWord}`, 'More', 'Delete…'],
  ['assign', '/certificates/www', 'Assign…'],
  ['account-export', '/accounts/pebble', 'More', 'Export its key…'],
  ['rollover', '/accounts/pebble', 'More', 'Replace its key…'],
  ['service-new', '/virtual-services', 'Create a virtual service'],
  ['service-settings', '/virtual-services/2', 'Change settings'],
  ['service-delete', '/virtual-services/1', 'More', 'Delete'],
  ['service-convert', '/virtual-services/2', 'More', 'Move its real servers into a sub virtual service'],
  ['import', '/ssl-certificates', 'Import a certificate'],
  ['user-new', '/settings/users', 'Create a user'],
  ['token-new', '/settings/tokens', 'Create a token'],
];

/** Dialogs, menus and what else is above a page. */
export const dialogs: readonly Picture[] = [
  ...opened.map(([name, path, ...buttons]) => above(`dialog-${name}`, path, page => open(page, buttons))),
  above('dialog-token', '/settings/tokens', async page => {
    await open(page, ['Create a token']);
    await page.getByRole('textbox', { name: 'Name' }).fill(`picture-${Date.now()}`);
    await press(page, 'Create');
    await page.getByRole('button', { name: 'I have it' }).waitFor();
  }),
  above('menu-certificate', '/certificates/www', page => press(page, 'More')),
  above('menu-person', '/', page => page.getByRole('button', { name: /: menu$/ }).click()),
  { ...above('menu-pages', '/', page => press(page, 'Pages')), onlyIn: 'narrow' },
  above('finder', '/', async page => {
    await press(page, 'Go to…');
    await page.getByPlaceholder('Page, certificate or virtual service').fill('shop');
    await page.getByRole('option', { name: 'shop: shop.example.com' }).waitFor();
  }),
];

function above(name: string, path: string, ready: (page: Page) => Promise<unknown>): Picture {
  return { name, path, ready, isAbove: true };
}

async function open(page: Page, buttons: readonly string[]): Promise<void> {
  for (const name of buttons) await press(page, name);
  await page.getByRole('dialog').waitFor();
}
