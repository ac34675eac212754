import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBrowser, type TestBrowser, type Window, widths } from '../harness/browser.js';
import { checkout } from '../harness/parts.js';
import { startPebble } from '../harness/pebble.js';
import { pictureFirstStart } from './first-start.js';
import { emptyFleet, fullFleet, type Pictured } from './fleet.js';
import { type Picture, pictures } from './pictures.js';

/*
 * script/screenshots: without a folder, the pictures that README and guides show; with one, every page in every look, for
 * people's eyes.
 */

const looks = (['light', 'dark'] as const).flatMap(colorScheme =>
  (['wide', 'narrow'] as const).map(width => ({ colorScheme, width })),
);
type Look = (typeof looks)[number];
const guides = join(checkout, 'docs/pictures');

const folder = process.argv[2];
const browser = await startBrowser();
try {
  if (folder === undefined) {
    mkdirSync(guides, { recursive: true });
    await take(
      await fullFleet(),
      guides,
      pictures.filter(({ isInGuides }) => isInGuides),
      looks.slice(0, 1),
    );
  } else {
    mkdirSync(folder, { recursive: true });
    await take(await fullFleet(), folder, pictures, looks);
    await take(
      await emptyFleet(),
      join(folder, 'empty'),
      pictures.filter(({ isOfAny }) => isOfAny),
      looks,
    );
    await takeFirstStart(folder);
  }
} finally {
  await browser.close();
}
process.exit(0);

async function take(fleet: Pictured, into: string, chosen: readonly Picture[], wanted: readonly Look[]): Promise<void> {
  try {
    for (const look of wanted) await takeAll(browser, fleet, into, chosen, look);
  } finally {
    await fleet.stop();
  }
}

async function takeAll(
  browser: TestBrowser,
  { url, people }: Pictured,
  into: string,
  chosen: readonly Picture[],
  look: Look,
): Promise<void> {
  const window = await open(browser, look);
  await window.signIn(url, people.admin);
  for (const { name, path, ready, isAbove = false, onlyIn = look.width } of chosen) {
    if (onlyIn !== look.width) continue;
    await window.page.goto(url + path);
    await window.page.getByRole('heading', { level: 1 }).waitFor();
    await window.page
      .getByRole('status')
      .filter({ hasText: /^live$/ })
      .waitFor();
    if (ready) await ready(window.page);
    if (into === guides) await shoot(window, join(into, `${name}.png`), false);
    else await shoot(window, fileOf(into, name, look), !isAbove);
  }
  await window.close();
}

/** What people see before they are signed in, and on the way there. */
async function takeFirstStart(into: string): Promise<void> {
  const pebble = await startPebble();
  try {
    for (const look of looks) {
      const window = await open(browser, look);
      await pictureFirstStart(window, pebble, name => shoot(window, fileOf(into, name, look), true));
      await window.close();
    }
  } finally {
    await pebble.stop();
  }
}

function open(browser: TestBrowser, { colorScheme, width }: Look): Promise<Window> {
  return browser.open({ colorScheme, viewport: widths[width] });
}

function fileOf(into: string, name: string, { colorScheme, width }: Look): string {
  return join(into, `${name}-${width}-${colorScheme}.png`);
}

async function shoot({ page }: Window, path: string, fullPage: boolean): Promise<void> {
  // What is read after the page has come.
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.screenshot({ path, fullPage });
  process.stderr.write(`${path}\n`);
}
