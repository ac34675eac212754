import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { startBrowser, type TestBrowser, type Window, type WindowOptions } from '../../harness/browser.js';

/** Instead of a reply, for `route.fulfill`: the server has failed. */
export const broken = {
  status: 500,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: 'urn:certfleet:error:internal',
    title: 'Something failed here',
    status: 500,
    detail: 'The database did not answer.',
    code: 'internal',
    remedy: 'Try again.',
  }),
};

/**
 * A browser for a file of tests. Each window that it opens closes with its test, which fails when anything went wrong in
 * the page meanwhile, such as an error or a violation of the Content-Security-Policy.
 */
export function useBrowser(): { open(options?: WindowOptions): Promise<Window> } {
  // A walk has dozens of steps, each of which waits for what it sees.
  vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  return {
    async open(options) {
      const window = await browser.open(options);
      onTestFinished(async () => {
        await window.close();
        expect(window.faults()).toEqual([]);
      });
      return window;
    },
  };
}

/** Waits until the page is told what happens. */
export function live(page: Page): Promise<void> {
  return page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor();
}
