import axe, { type Result, type RunOptions } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findPart } from './parts.js';

/** Wide and narrow, in CSS pixels: the two widths that every page is looked at. */
export const widths = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;

const axeOptions: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

/** Debian's Chromium without a window. One for a test file: its windows share nothing. */
export async function startBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: findPart('chromium-headless-shell', 'chromium'),
    chromiumSandbox: false,
    // Certfleet's own certificate is self-signed at first. Told by Playwright, Chromium starts each request on a new
    // connection over, and gives one up after many (ERR_TOO_MANY_RETRIES); told here, it does not.
    args: ['--ignore-certificate-errors'],
  });
  return new TestBrowser(browser);
}

export interface WindowOptions {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  timezone?: string;
}

export class TestBrowser {
  readonly #browser: Browser;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** A window with cookies and storage of its own. */
  async open({ viewport = widths.wide, colorScheme = 'light', timezone = 'UTC' }: WindowOptions = {}): Promise<Window> {
    const context = await this.#browser.newContext({
      viewport,
      colorScheme,
      timezoneId: timezone,
      locale: 'en-GB',
      reducedMotion: 'reduce',
      acceptDownloads: true,
      // Certfleet's own certificate is self-signed at first.
      ignoreHTTPSErrors: true,
    });
    const page = await context.newPage();
    // A page takes a second on a quiet machine, and many where other tests keep the cores busy.
    page.setDefaultTimeout(45_000);
    return new Window(context, page);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** One window of a browser, which keeps what went wrong in it. */
export class Window {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #faults: string[] = [];

  constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on('pageerror', error => this.#faults.push(`error: ${error.message}`));
    page.on('console', message => {
      // A status of 400 or more is written by the browser itself; the page is to explain it, which tests look at.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      this.#faults.push(`console: ${message.text()}`);
    });
  }

  /** What the page threw or wrote as an error, such as a violation of its Content-Security-Policy. */
  faults(): readonly string[] {
    return this.#faults;
  }

  /** Types a name and a password into the sign-in, and waits for the page behind it. */
  async signIn(url: string, { name, password }: { name: string; password: string }): Promise<void> {
    await this.page.goto(url);
    await this.page.getByLabel('User').fill(name);
    await this.page.getByRole('textbox', { name: 'Password' }).fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('navigation', { name: 'Pages' }).waitFor();
  }

  /** What axe has against the page as it stands, by WCAG 2.2 AA, each as `rule: element`. */
  async accessibilityFaults(): Promise<string[]> {
    // Its own binding to Playwright looks into frames through a second page, and takes five times as long.
    if (!(await this.page.evaluate("'axe' in window"))) await this.page.evaluate(`${axe.source}; undefined`);
    const violations = await this.page.evaluate<Result[]>(
      `window.axe.run(document, ${JSON.stringify(axeOptions)}).then(({ violations }) => violations)`,
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, any }) => `${id}: ${target.join(' ')} ${any[0]?.message ?? ''}`),
    );
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}

/** Presses a button, or a line of the menu that is open. */
export async function press(page: Page, name: string): Promise<void> {
  const line = page.getByRole('menuitem', { name, exact: true });
  await line
    .or(page.getByRole('button', { name, exact: true }))
    .first()
    .click();
}
