import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest';
import { startBrowser, type TestBrowser, type Window, type WindowOptions } from '../../harness/browser.js';

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
