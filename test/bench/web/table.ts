import type { CDPSession, Page } from 'playwright-core';

/**
 * Milliseconds from the last byte of the list's reply until a frame shows the row: reading JSON, checking it against its
 * schema, and drawing. `act` is what has the list asked for; `name` what the first row is called then.
 */
export async function drawnAfterReply(page: Page, name: string, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate(`
    performance.clearResourceTimings();
    window.drawn = new Promise(resolve => {
      const look = () => {
        const first = document.querySelector('.rows [role="row"] a');
        if (first?.textContent === ${JSON.stringify(name)}) requestAnimationFrame(() => resolve(performance.now()));
        else requestAnimationFrame(look);
      };
      look();
    });
    // Not the promise: evaluate would wait for it.
    undefined;`);
  await act();
  return page.evaluate(`(async () => {
    const drawn = await window.drawn;
    const replies = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/v1/certificates?'));
    return drawn - replies.at(-1).responseEnd;
  })()`) as Promise<number>;
}

export interface Scroll {
  /** The most rows in the document at any time. */
  mostRows: number;
  /** So many rows were scrolled past. */
  rows: number;
}

/** Scrolls on until so many more rows have passed, a screen for each frame; waits where rows are still to be read. */
export async function scrollBy(page: Page, rows: number): Promise<Scroll> {
  return page.evaluate(`(async () => {
    const table = document.querySelector('.rows');
    const from = table.scrollTop;
    const end = from + ${rows} * 40;
    let mostRows = 0;
    let moved = performance.now();
    while (table.scrollTop < end - 1) {
      const before = table.scrollTop;
      table.scrollTop = Math.min(before + table.clientHeight, end);
      if (table.scrollTop > before) moved = performance.now();
      if (performance.now() - moved > 60000) throw new Error('No row came after number ' + before / 40);
      await new Promise(requestAnimationFrame);
      mostRows = Math.max(mostRows, table.querySelectorAll('[role="row"]').length);
    }
    return { mostRows, rows: (table.scrollTop - from) / 40 };
  })()`) as Promise<Scroll>;
}

/** Bytes that live JavaScript objects take, after everything else was collected. */
export async function liveHeap(devtools: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round += 1) await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}
