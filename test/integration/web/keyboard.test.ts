/** Everything by the keyboard alone: where the focus is can be seen, and nobody loses it. */
import { operations } from '@certfleet/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { widths } from '../../harness/browser.js';
import { admin, builtSite } from '../../harness/certfleet.js';
import { createLocalIdentity } from '../../harness/identity.js';
import { type Fleet, startFleet } from '../engine/fleet.js';
import { certificateGets } from '../engine/waiting.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let fleet: Fleet;
let url: string;

beforeAll(async () => {
  fleet = await startFleet({ server: { webFolder: builtSite } });
  url = fleet.certfleet.server.url;
  await fleet.request('www');
  await certificateGets(fleet.api, 'www', 1);
});
afterAll(() => fleet?.stop());

/** Where the focus is. */
interface Focus {
  /** As people hear it. */
  name: string;
  tag: string;
  isInDialog: boolean;
  /** That it is there can be seen (WCAG 2.4.7): taking it away changes how the element, or what is beside it, looks. */
  isMarked: boolean;
  /** Nothing that stands still is all over it (WCAG 2.4.11). */
  isInSight: boolean;
}

const focus = `(() => {
  const element = document.activeElement;
  // The frame of an input may be drawn around it, or beside it.
  const around = [element, element.nextElementSibling];
  for (let parent = element.parentElement; parent !== null && around.length < 5; parent = parent.parentElement) {
    around.push(parent);
  }
  const looks = () => JSON.stringify(around.map(one => {
    if (!one) return null;
    // The colours of inputs change by and by.
    getComputedStyle(one).borderColor;
    for (const change of one.getAnimations()) change.finish();
    const { outlineStyle, outlineWidth, outlineColor, borderColor, boxShadow, backgroundColor } = getComputedStyle(one);
    return [outlineStyle, outlineWidth, outlineColor, borderColor, boxShadow, backgroundColor];
  }));
  const { left, top, width, height } = element.getBoundingClientRect();
  const isInSight = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]].some(([x, y]) => {
    const hit = document.elementFromPoint(left + width * x, top + height * y);
    return hit !== null && (element.contains(hit) || hit.contains(element) || hit.parentElement.contains(element));
  });
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  const found = {
    name: label.trim(),
    tag: element.tagName.toLowerCase(),
    isInDialog: element.closest('[role=dialog]') !== null,
    isInSight,
  };
  const marked = looks();
  element.blur();
  const isMarked = looks() !== marked;
  element.focus({ preventScroll: true });
  return { ...found, isMarked };
})()`;

const focused = (page: Page) => page.evaluate<Focus>(focus);

/** Presses a key, and returns where the focus is then. Fails where it can't be seen. */
async function press(page: Page, key: string): Promise<Focus> {
  await page.keyboard.press(key);
  const now = await focused(page);
  // A page that is still being read, or a scroll that is under way, may hide it for a moment.
  if (now.tag !== 'body' && !(now.isMarked && now.isInSight))
    await expect
      .poll(() => focused(page), { message: `${now.name}, by ${key}`, timeout: 10_000, interval: 50 })
      .toMatchObject({ name: now.name, isMarked: true, isInSight: true });
  return now;
}

/** Presses Tab, or Shift+Tab, until the focus is where it is to go. Returns all stops. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<string[]> {
  const stops: string[] = [];
  while (stops.length < 80) {
    const now = await press(page, key);
    stops.push(now.name);
    if (typeof name === 'string' ? now.name === name : name.test(now.name)) return stops;
  }
  throw new Error(`${key} does not lead to ${name}, but to ${stops.join(' | ')}`);
}

/** Resolves when the focus is on what is called like that. */
const arrives = (page: Page, name: string | RegExp) =>
  expect.poll(async () => (await focused(page)).name, { timeout: 20_000, interval: 50 }).toMatch(name);

/** At the title of a page: the link that leads there has the same name. */
const arrivesAt = (page: Page, name: string) =>
  expect.poll(() => focused(page), { timeout: 20_000, interval: 50 }).toMatchObject({ tag: 'h1', name });

async function signedIn(path: string, look = {}): Promise<Page> {
  const window = await open(look);
  await window.signIn(url + path, admin);
  await window.page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor();
  return window.page;
}

test('from the sign-in to a certificate that is renewed, by Tab, Enter and Space', async () => {
  const { page } = await open();
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  if ((await focused(page)).tag === 'body') await tabTo(page, /^User/);
  await page.keyboard.type(admin.name);
  await tabTo(page, /^Password/);
  await page.keyboard.type(admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();

  expect(await tabTo(page, 'To the page')).toHaveLength(1);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('page');
  await tabTo(page, 'Certificates', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'Certificates');
  expect(await focused(page)).toMatchObject({ isMarked: true });

  await tabTo(page, 'Choose www');
  await page.keyboard.press('Space');
  await page.getByText('1 chosen').waitFor();
  await tabTo(page, 'Renew…', 'Shift+Tab');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Renew certificates' });
  await dialog.getByText('Renew 1 of 1 chosen').waitFor();
  await expect.poll(async () => (await focused(page)).isInDialog).toBe(true);
  for (let stop = 0; stop < 8; stop += 1) expect(await press(page, 'Tab')).toMatchObject({ isInDialog: true });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await arrives(page, /^Renew…$/);

  await page.keyboard.press('Enter');
  await tabTo(page, 'Renew 1');
  await page.keyboard.press('Enter');
  await dialog.getByText('1 of 1 asked to be renewed').waitFor();
  await tabTo(page, 'Close');
  await page.keyboard.press('Enter');
  // The button is gone, since nothing is chosen any more.
  await arrives(page, 'Certificates');

  await tabTo(page, 'www');
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'www');
  await certificateGets(fleet.api, 'www', 2);
});

describe('a menu and its dialogs', () => {
  test('arrow keys reach each line; the dialog gives the focus back to the button', async () => {
    const page = await signedIn('/certificates/www');
    await tabTo(page, 'More');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await expect.poll(async () => (await press(page, 'ArrowDown')).name).toBe('Delete…');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete www?' });
    await arrives(page, /^Type www/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await arrives(page, /^More$/);
  });

  test('a line that is refused is reached too, and says why', async () => {
    const { certificatePem, privateKeyPem } = await createLocalIdentity('localhost');
    const file = Buffer.from(certificatePem + privateKeyPem).toString('base64');
    await fleet.api.call(operations.certificate.import, { body: { name: 'brought', file } });
    const page = await signedIn('/certificates/brought');
    await tabTo(page, 'More');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await expect.poll(async () => (await press(page, 'ArrowUp')).name).toBe('Bring a key along…');
    await page
      .getByRole('tooltip')
      .getByText(/imported/)
      .waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('what the server refuses leaves the focus in the dialog', async () => {
    const page = await signedIn('/policies/default');
    await tabTo(page, 'Delete');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/www.* it: it can only be deleted when no certificate does/).waitFor();
    await tabTo(page, 'Delete');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').waitFor();
    await expect.poll(() => focused(page)).toMatchObject({ isInDialog: true, name: 'Delete' });
  });
});

test('Ctrl-K goes to a certificate, a virtual service or a page by a part of its name', async () => {
  const page = await signedIn('/events');
  const finder = page.getByRole('dialog', { name: 'Go to' });
  /** Types into the finder, and goes to what is found first. */
  async function goTo(typed: string, found: string): Promise<void> {
    await page.keyboard.press('Control+k');
    await arrives(page, 'Page, certificate or virtual service');
    await page.keyboard.type(typed);
    const first = page.locator('[data-combobox-selected]');
    await finder.getByRole('option', { name: found }).and(first).waitFor();
    await page.keyboard.press('Enter');
    await finder.waitFor({ state: 'detached' });
  }
  await goTo('ww.exam', 'www: www.example.com');
  await arrivesAt(page, 'www');
  await goTo(`:${fleet.httpsPort}`, `2, 127.0.0.1:${fleet.httpsPort}`);
  await arrivesAt(page, 'Virtual service 2');
  await goTo('polic', 'Policies');
  await arrivesAt(page, 'Policies');

  await page.getByRole('button', { name: 'Go to…' }).click();
  await arrives(page, 'Page, certificate or virtual service');
  await page.keyboard.type('no such name');
  await finder.getByText('Nothing is called so.').waitFor();
  await page.keyboard.press('Enter');
  await finder.waitFor();
  await page.keyboard.press('Escape');
  await finder.waitFor({ state: 'detached' });
  await arrives(page, 'Go to…');
});

test.each(['/certificates/www', '/virtual-services/2', '/settings/channels/-/new'])(
  'on a narrow screen nothing on %s is reached out of sight, forwards and backwards',
  async path => {
    const page = await signedIn(path, { viewport: widths.narrow });
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const key of ['Tab', 'Shift+Tab']) {
      let stops = 0;
      while ((await press(page, key)).tag !== 'body') {
        stops += 1;
        if (stops > 150) throw new Error('The Tab key goes round in circles.');
      }
      expect(stops).toBeGreaterThan(10);
    }
  },
);

test('on a phone the side bar is opened, left and used by the keyboard', async () => {
  const page = await signedIn('/certificates', { viewport: widths.narrow });
  const closed = page.locator('nav[aria-label=Pages][inert]');
  const stops = await tabTo(page, /Request a certificate/);
  expect(stops).toContain('Pages');
  expect(stops).not.toContain('Solvers');

  await tabTo(page, 'Pages', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Solvers');
  await page.keyboard.press('Escape');
  await arrives(page, /^Pages$/);
  expect(await page.getByRole('button', { name: 'Pages', exact: true }).getAttribute('aria-expanded')).toBe('false');
  await closed.waitFor({ state: 'attached' });

  await page.keyboard.press('Enter');
  await tabTo(page, 'Domains');
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'Domains');
  await closed.waitFor({ state: 'attached' });
});
