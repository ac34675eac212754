import { operations } from '@certfleet/contract';
import { DatabaseSync } from '@photostructure/sqlite';
import { startBrowser, widths } from '../harness/browser.js';
import { admin, builtSite, type Certfleet, startCertfleet } from '../harness/certfleet.js';
import { firstLoadBytes } from '../harness/first-load.js';
import { createWorkdir } from '../harness/workdir.js';
import { figure, median, type Report } from './report.js';
import { fill, masterKey } from './store/fill.js';
import { openStore } from './store/server-store.js';
import { listRate } from './web/list-rate.js';
import { drawnAfterReply, liveHeap, scrollBy } from './web/table.js';

const certificates = 100_000;
const rounds = 5;
/** Rows that are scrolled past before the heap is measured for the first time, and between the measurements after it. */
const stretch = 1_000;
const stretches = 5;

/** The web interface over a store with very many certificates, in a real browser. */
export async function benchWeb(): Promise<Report> {
  const folder = createWorkdir('web', { mode: 0o700 });
  const path = folder.file('certfleet.db');
  const database = new DatabaseSync(path);
  const query = async (statement: string) => database.prepare(statement).all() as Record<string, unknown>[];
  await fill(openStore, `sqlite:${path}`, certificates, query, 0);
  database.close();
  const certfleet = await startCertfleet({ webFolder: builtSite, storeUrl: `sqlite:${path}`, masterKey });
  try {
    const { token } = await certfleet.api.call(operations.token.create, { body: { name: 'bench', role: 'viewer' } });
    const rate = await listRate(certfleet, token);
    const firstLoad = await firstLoadBytes(certfleet.server.url, 'src/pages/overview/overview.tsx');
    return report({ ...(await inBrowser(certfleet)), firstLoad, rate });
  } finally {
    await certfleet.destroy();
    folder.remove();
  }
}

interface Figures {
  /** Milliseconds from the reply to the frame that shows its rows. */
  firstRows: number;
  filter: number;
  /** The most rows in the document while scrolling. */
  mostRows: number;
  /** Megabytes of live objects after each stretch. */
  heap: number[];
}

async function inBrowser({ server }: Certfleet): Promise<Figures> {
  const browser = await startBrowser();
  try {
    const { page, signIn } = await opened();
    await signIn(`${server.url}/certificates`);
    await page.getByRole('link', { name: 'c1000001', exact: true }).waitFor();

    const search = page.getByLabel('Search in names');
    const firstRows: number[] = [];
    const filter: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // Each round has searches of its own, of which nothing is known yet.
      const name = `c${1_000_000 + 1_000 * (round + 1) + 77}`;
      filter.push(await drawnAfterReply(page, name, () => search.fill(name.replace('c', 'www'))));
      const sibling = `c${name.slice(1, -2)}00`;
      firstRows.push(await drawnAfterReply(page, sibling, () => search.fill(`www${sibling.slice(1, -2)}`)));
    }
    await search.fill('');
    await page.getByRole('link', { name: 'c1000001', exact: true }).waitFor();

    const devtools = await page.context().newCDPSession(page);
    const heap: number[] = [];
    let mostRows = 0;
    for (let count = 0; count < stretches; count += 1) {
      const scroll = await scrollBy(page, stretch);
      mostRows = Math.max(mostRows, scroll.mostRows);
      heap.push((await liveHeap(devtools)) / 1_048_576);
    }
    return { firstRows: median(firstRows), filter: median(filter), mostRows, heap };
  } finally {
    await browser.close();
  }

  async function opened() {
    const window = await browser.open({ viewport: widths.wide });
    window.page.setDefaultTimeout(60_000);
    return { page: window.page, signIn: (url: string) => window.signIn(url, admin) };
  }
}

interface Measured extends Figures {
  /** Bytes as they are sent. */
  firstLoad: number;
  rate: Awaited<ReturnType<typeof listRate>>;
}

function report({ firstRows, filter, mostRows, heap, firstLoad, rate }: Measured): Report {
  const [first = Number.NaN] = heap;
  const last = heap.at(-1) ?? Number.NaN;
  const milliseconds = (value: number) => `${figure(value, 0)} ms`;
  return {
    title: 'web: a table of 100,000 certificates',
    about:
      `Chromium without a window, SQLite with ${certificates.toLocaleString('en')} certificates. Times are from the last byte of the ` +
      `API's reply to the frame that shows its rows, medians of ${rounds}; the heap is what garbage collection leaves.`,
    table: [
      ['figure', 'value'],
      ['a hundred rows drawn after their reply', milliseconds(firstRows)],
      ['a filter that finds one, drawn after its reply', milliseconds(filter)],
      ['lists of 100 rows a second, from the API', figure(rate.api)],
      ['the same rows without schemas and sign-in', figure(rate.bare)],
      ...heap.map((value, index) => [
        `MB of live objects after ${((index + 1) * stretch).toLocaleString('en')} rows`,
        figure(value),
      ]),
    ],
    targets: [
      { goal: 'rows drawn ≤ 150 ms after the reply', measured: milliseconds(firstRows), met: firstRows <= 150 },
      { goal: 'filter drawn ≤ 150 ms after the reply', measured: milliseconds(filter), met: filter <= 150 },
      { goal: '< 60 rows in the document while scrolling', measured: String(mostRows), met: mostRows < 60 },
      {
        goal: `memory flat over ${((stretches - 1) * stretch).toLocaleString('en')} rows (≤ 1.1×)`,
        measured: `${figure(last / first, 2)}×`,
        met: last / first <= 1.1,
      },
      {
        goal: 'first load ≤ 250 kB of JavaScript, gzipped',
        measured: `${figure(firstLoad / 1000, 0)} kB`,
        met: firstLoad <= 250_000,
      },
      {
        goal: 'list API ≥ 0.5 of the rate without schemas',
        measured: figure(rate.ratio, 2),
        met: rate.ratio >= 0.5,
      },
    ],
    notes: [],
  };
}
