/** axe on every page that the router has, and on one dialog of each kind, in both looks. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { press, widths } from '../../harness/browser.js';
import { type Everything, startEverything } from './everything.js';
import { everyAddress, Walk } from './walk.js';
import { useBrowser } from './windows.js';

const { open } = useBrowser();
let fleet: Everything;

beforeAll(async () => {
  fleet = await startEverything();
});
afterAll(() => fleet?.stop());

/** What opens above pages: where, by which buttons, and what it is then. */
const above: readonly [address: string, buttons: readonly string[], opened: 'dialog' | 'menu'][] = [
  // A form, a question that wants a name typed, one that does not, a choice of files, many at once, and a menu.
  ['/certificates/www', ['Change…'], 'dialog'],
  ['/certificates/www', ['More', 'Delete…'], 'dialog'],
  ['/certificates/www', ['Export…'], 'dialog'],
  ['/solvers/own', ['Delete'], 'dialog'],
  ['/ssl-certificates', ['Import a certificate'], 'dialog'],
  ['/certificates', ['Choose all that match', 'Delete…'], 'dialog'],
  ['/virtual-services/2', ['Change settings'], 'dialog'],
  ['/virtual-services/2', ['More'], 'menu'],
  ['/settings/users', ['Create a user'], 'dialog'],
];

test.each([
  { colorScheme: 'light', viewport: widths.wide },
  { colorScheme: 'dark', viewport: widths.narrow },
] as const)('axe finds nothing, and nothing is wider than the screen: $colorScheme, $viewport.width px', async look => {
  const window = await open(look);
  const walk = await Walk.of(window, fleet.url, fleet.people.admin);
  const faults: string[] = [];
  const lookAt = async (what: string, opened?: 'dialog' | 'menu') => {
    const width = await walk.page.evaluate<number>('document.documentElement.scrollWidth');
    if (width > look.viewport.width) faults.push(`${what}: ${width} px wide`);
    const found = await window.accessibilityFaults();
    // A menu is drawn at the end of the document: it is no landmark, and is in none.
    const real = found.filter(fault => opened !== 'menu' || !fault.startsWith('region:'));
    faults.push(...real.map(fault => `${what}: ${fault}`));
  };
  for (const address of await everyAddress(walk.page)) {
    await walk.to(address);
    await lookAt(address);
  }
  for (const [address, buttons, opened] of above) {
    await walk.to(address);
    for (const name of buttons) await press(walk.page, name);
    await walk.page.getByRole(opened).waitFor();
    await walk.settled();
    await lookAt(`${address}, ${buttons.join(', ')}`, opened);
    await walk.page.keyboard.press('Escape');
  }
  expect(faults).toEqual([]);
});
