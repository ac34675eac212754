/** What each role may press on each page, as the contract has it, and that whoever may not is told why. */
import { type Operation, operations, type Role } from '@certfleet/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { includesRole } from '../../../packages/server/src/http/actor.js';
import { type Everything, startEverything } from './everything.js';
import { everyAddress, Walk } from './walk.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let fleet: Everything;

beforeAll(async () => {
  fleet = await startEverything();
});
afterAll(() => fleet?.stop());

/** The least role for each operation, by its method and path. */
const leastRoles = new Map(
  Object.values(operations)
    .flatMap(noun => Object.values<Operation>(noun))
    .map(({ method, path, role }) => [`${method} ${path}`, role]),
);

/** An element for an operation, as it stands on a page. */
interface Pressable {
  operation: string;
  name: string;
  isGreyed: boolean;
  /** By the Tab key, or the arrow keys of its menu. */
  isReachable: boolean;
  why: string | null;
}

const pressables = `[...document.querySelectorAll('[data-operation]:not([data-loading])')].map(element => ({
  operation: element.dataset.operation,
  name: element.getAttribute('aria-label') ?? element.textContent,
  isGreyed: element.getAttribute('aria-disabled') === 'true',
  isReachable: !element.matches(':disabled') && (element.tabIndex === 0 || element.role === 'menuitem'),
  why: element.getAttribute('aria-description'),
}))`;

/** What is for an operation on the present page, in its menus too. */
async function everyPressable(walk: Walk): Promise<Pressable[]> {
  const { page } = walk;
  const choose = page.getByRole('button', { name: 'Choose all that match' });
  if (await choose.isVisible()) {
    await choose.click();
    await page.getByRole('button', { name: 'Choose none' }).waitFor();
  }
  const found = await page.evaluate<Pressable[]>(pressables);
  for (const menu of await page.locator('main button[aria-haspopup=menu]').all()) {
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    found.push(...(await page.evaluate<Pressable[]>(pressables)).filter(({ name }) => !names(found).includes(name)));
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
  }
  return found;
}

const names = (all: readonly Pressable[]) => all.map(({ name }) => name);

/** What is the matter with an element, for someone of a role; null: nothing. */
function fault({ operation, isGreyed, isReachable, why }: Pressable, role: Role): string | null {
  const least = leastRoles.get(operation);
  if (least === undefined) return 'is for an operation that the contract does not have';
  const isAllowed = least === 'anyone' || includesRole(role, least);
  const isForRole = why?.startsWith('Only ') ?? false;
  if (isAllowed) return isForRole ? `is refused, though a ${role} may do it` : null;
  if (!isGreyed) return `can be pressed by a ${role}`;
  if (!isReachable) return 'is out of reach of the keyboard';
  return isForRole && why?.endsWith(`you are ${role}.`) ? null : `says "${why}"`;
}

/** Presses whatever is greyed, or is for no operation: neither may change anything. Returns what came of it. */
async function consequences(page: Page): Promise<string[]> {
  const seen: string[] = [];
  await page.route('**/api/v1/**', async route => {
    if (route.request().method() === 'GET') return route.fallback();
    seen.push(`${route.request().method()} ${new URL(route.request().url()).pathname} was sent`);
    return route.abort();
  });
  const opened = await page.evaluate<number>(`(() => {
    const dialogs = () => document.querySelectorAll('[role=dialog]').length;
    const before = dialogs();
    for (const button of document.querySelectorAll('main [aria-disabled=true]')) button.click();
    const opened = dialogs() - before;
    document.querySelectorAll('main button:not([data-operation], [aria-haspopup], :disabled)').forEach(button => button.click());
    return opened;
  })()`);
  if (opened > 0) seen.push('a dialog was opened');
  await page.keyboard.press('Escape');
  await page.unroute('**/api/v1/**');
  return seen;
}

/** Forms that can't be sent say so before their first field. */
const formsWithoutNote = `[...document.querySelectorAll('form:has([type=submit][aria-disabled])')]
  .filter(form => form.querySelector('[type=submit]').getAttribute('aria-description').startsWith('Only '))
  .filter(form => form.querySelector('[role=note], input, textarea, select')?.role !== 'note')
  .map(form => form.textContent)`;

test('on every page, what the contract does not allow is greyed with the reason, and nothing is left out', async () => {
  const walk = async (role: Role) => Walk.of(await open(), fleet.url, fleet.people[role]);
  const [viewer, operator, theirs] = await Promise.all([walk('viewer'), walk('operator'), walk('admin')]);
  const faults: string[] = [];
  for (const address of await everyAddress(viewer.page)) {
    const all = theirs.to(address).then(() => everyPressable(theirs));
    const faultsOf = async (role: Role, own: Walk) => {
      await own.to(address);
      const seen = await everyPressable(own);
      for (const pressable of seen) {
        const wrong = fault(pressable, role);
        if (wrong !== null) faults.push(`${address}: ${pressable.name} ${wrong}`);
      }
      const isListHidden = await own.page.getByText('Nothing is shown to you here').isVisible();
      const missing = isListHidden ? [] : names(await all).filter(name => !names(seen).includes(name));
      const forms = await own.page.evaluate<string[]>(formsWithoutNote);
      faults.push(
        ...missing.map(name => `${address}: ${name} is hidden from a ${role}`),
        ...forms.map(text => `${address}: a form does not say to a ${role} that it can't be sent: ${text}`),
        ...(await consequences(own.page)).map(what => `${address}: for a ${role} ${what}`),
      );
    };
    await Promise.all([faultsOf('viewer', viewer), faultsOf('operator', operator)]);
  }
  expect(faults).toEqual([]);
  expect([...viewer.refused, ...operator.refused], 'asked for by pages').toEqual([]);
});

test('the server refuses the same, whatever a page shows', async () => {
  const { page } = await Walk.of(await open(), fleet.url, fleet.people.viewer);
  for (const [method, path] of [
    ['POST', '/certificates/www/renew'],
    ['DELETE', '/certificates/www'],
    ['PATCH', '/policies/default'],
  ]) {
    const status = await page.evaluate(`(async () => {
      const { csrfToken } = await (await fetch('/api/v1/session')).json();
      const headers = { 'x-csrf-token': csrfToken, 'content-type': 'application/json' };
      const init = { method: '${method}', headers, ...('${method}' === 'PATCH' ? { body: '{"renewDaysBefore":30}' } : {}) };
      return (await fetch('/api/v1${path}', init)).status;
    })()`);
    expect(status, `${method} ${path}`).toBe(403);
  }
});
