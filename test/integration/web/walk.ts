import { isDeepStrictEqual } from 'node:util';
import type { Page, Request } from 'playwright-core';
import { expect } from 'vitest';
import type { Window } from '../../harness/browser.js';

/**
 * An address, or several, of each page that shows one thing or several kinds of things. A page that has an address of its
 * own only needs no line here.
 */
const examples: Record<string, readonly string[]> = {
  '/certificates/$name': ['/certificates/www', '/certificates/stuck', '/certificates/by-hand'],
  '/virtual-services/$id': ['/virtual-services/1', '/virtual-services/2'],
  '/solvers/$name': ['/solvers/own', '/solvers/vs-1'],
  '/solvers/-/new': ['/solvers/-/new', '/solvers/-/new?type=acme-dns'],
  '/accounts/$name': ['/accounts/pebble'],
  '/accounts/-/new': ['/accounts/-/new', '/accounts/-/new?how=link'],
  '/policies/$name': ['/policies/default'],
  '/events': ['/events', '/events?event=1'],
  '/request': ['/request', '/request?certificate=stuck', '/request?certificate=stuck&step=proof'],
  '/settings/channels/$name': ['/settings/channels/chat'],
  '/setup': ['/setup', '/setup?step=account'],
  '/$': ['/no/such/page'],
};

/** Every address at which the router, as it stands in the browser, has a page. @throws for a page that needs an example */
export async function everyAddress(page: Page): Promise<string[]> {
  // Routes without a component lead on to others, and those with children are drawn around them.
  const paths = await page.evaluate<string[]>(
    `Object.values(__TSR_ROUTER__.routesById)
      .filter(({ options, children }) => options.component && !children)
      .map(({ fullPath }) => fullPath)`,
  );
  expect(paths).toEqual(expect.arrayContaining(Object.keys(examples)));
  return paths.flatMap(path => {
    const addresses = examples[path] ?? (path.includes('$') ? null : [path]);
    if (addresses === null) throw new Error(`${path} is a page without an example: give it one in walk.ts.`);
    return addresses;
  });
}

/** Someone who goes from page to page without loading anything anew, and waits until each shows what it has read. */
export class Walk {
  readonly page: Page;
  /** What was asked for that the role does not allow: `GET /users`. */
  readonly refused: string[] = [];
  #asking = 0;

  private constructor(page: Page) {
    this.page = page;
    // The stream of events never ends.
    const isCall = (request: Request) => /\/api\/v1\/(?!stream)/.test(request.url());
    const count = (by: number) => (request: Request) => {
      if (isCall(request)) this.#asking += by;
    };
    page.on('request', count(1));
    page.on('requestfinished', count(-1));
    page.on('requestfailed', count(-1));
    page.on('response', response => {
      if (response.status() === 403) this.refused.push(`${response.request().method()} ${response.url()}`);
    });
  }

  static async of(window: Window, url: string, who: { name: string; password: string }): Promise<Walk> {
    const walk = new Walk(window.page);
    await window.signIn(`${url}/no/such/page`, who);
    await walk.settled();
    return walk;
  }

  async to(address: string): Promise<void> {
    await this.page.evaluate(`__TSR_ROUTER__.history.push(${JSON.stringify(address)})`);
    await this.settled();
  }

  /** Resolves when the page has drawn what it asked for, twice in a row. */
  async settled(): Promise<void> {
    let before: unknown;
    await expect
      .poll(
        async () => {
          const seen = await this.page.evaluate(`({
            isUnderWay: __TSR_ROUTER__.state.status !== 'idle' || __TSR_ROUTER__.state.isLoading,
            hasTitle: document.querySelector('main h1') !== null,
            isReading: document.querySelector('main :is(.mantine-Loader-root, .mantine-Skeleton-root)') !== null,
            text: document.body.innerText.length,
          })`);
          const now = { asking: this.#asking, ...(seen as object) };
          const isSame = isDeepStrictEqual(now, before);
          before = now;
          return isSame ? { ...now, text: 0 } : 'still changing';
        },
        { timeout: 30_000, interval: 40 },
      )
      .toEqual({ asking: 0, isUnderWay: false, hasTitle: true, isReading: false, text: 0 });
  }
}
