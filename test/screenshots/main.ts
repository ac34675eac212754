import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBrowser, type TestBrowser, widths } from '../harness/browser.js';
import { checkout } from '../harness/parts.js';
import { emptyFleet, fullFleet, type Pictured } from './fleet.js';
import { type Picture, pictures } from './pictures.js';

/*
 * script/screenshots: without a folder, the pictures that README and guides show; with one, every page in every look, for
 * people's eyes.
 */

const looks = (['light', 'dark'] as const).flatMap(colorScheme =>
  (['wide', 'narrow'] as const).map(width => ({ colorScheme, width })),
);
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
      [looks[0]],
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
  }
} finally {
  await browser.close();
}
process.exit(0);

async function take(
  fleet: Pictured,
  into: string,
  chosen: readonly Picture[],
  wanted: readonly ((typeof looks)[number] | undefined)[],
): Promise<void> {
  try {
    for (const look of wanted) if (look) await takeAll(browser, fleet, into, chosen, look);
  } finally {
    await fleet.stop();
  }
}

async function takeAll(
  browser: TestBrowser,
  { url, people }: Pictured,
  into: string,
  chosen: readonly Picture[],
  { colorScheme, width }: (typeof looks)[number],
): Promise<void> {
  const window = await browser.open({ colorScheme, viewport: widths[width] });
  await window.signIn(url, people.admin);
  for (const { name, path, ready } of chosen) {
    await window.page.goto(url + path);
    await window.page.getByRole('heading', { level: 1 }).waitFor();
    await window.page
      .getByRole('status')
      .filter({ hasText: /^live$/ })
      .waitFor();
    if (ready) await ready(window.page);
    // What is read after the page has come.
    await window.page.waitForLoadState('networkidle').catch(() => undefined);
    const suffix = into === guides ? '' : `-${width}-${colorScheme}`;
    const path_ = join(into, `${name}${suffix}.png`);
    await window.page.screenshot({ path: path_, fullPage: into !== guides });
    process.stderr.write(`${path_}\n`);
  }
  await window.close();
}
