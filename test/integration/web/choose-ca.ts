import type { Page } from 'playwright-core';
import type { Pebble } from '../../harness/pebble.js';

/** Fills in, in the form that registers or links an account, a CA that is not well known. */
export async function chooseCa(page: Page, { directoryUrl, caPem }: Partial<Pick<Pebble, 'directoryUrl' | 'caPem'>>) {
  await page.getByPlaceholder('Choose one').click();
  await page.getByRole('option', { name: 'Another CA, by its URL' }).click();
  await page.getByRole('textbox', { name: 'URL of its directory' }).fill(directoryUrl ?? '');
  if (caPem) await page.getByRole('textbox', { name: 'Root certificate (PEM)' }).fill(caPem);
}
