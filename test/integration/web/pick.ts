import type { Page } from 'playwright-core';

/** Types into the picker of this label, and chooses the thing that is called `name`. `typed`: what it is found by. */
export async function pick(page: Page, label: string, name: string, typed = name): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).fill(typed);
  await page
    .getByRole('option')
    .filter({ has: page.getByText(name, { exact: true }) })
    .click();
}

/** Chooses a line of a menu. */
export async function choose(page: Page, menu: string, line: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name: line }).click();
}
