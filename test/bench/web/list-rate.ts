import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import type * as show from '../../../packages/server/src/actions/show-certificate.js';
import type { Certfleet } from '../../harness/certfleet.js';
import { createLocalIdentity } from '../../harness/identity.js';
import { median } from '../report.js';

const compiled = new URL('../../../packages/server/dist/actions/show-certificate.js', import.meta.url);
const { toCertificate } = (await import(compiled.href)) as typeof show;

const rounds = 7;
const requests = 30;

export interface ListRate {
  /** Lists of 100 rows a second from the API. */
  api: number;
  /** The same rows from the same store, without sign-in, without schemas. */
  bare: number;
  /** The median of the rounds' ratios. */
  ratio: number;
}

/** The API's list against a bare HTTPS server that reads the same rows; in turns, in one process. */
export async function listRate({ server }: Certfleet, token: string): Promise<ListRate> {
  const { certificatePem, privateKeyPem } = await createLocalIdentity('bare');
  const { store } = server.engine;
  const bare = createServer({ cert: certificatePem, key: privateKeyPem }, async (_, response) => {
    const { items, nextCursor } = await store.certificates.list({ limit: 100 });
    const rows = items.map(item => toCertificate(item, Date.now(), null));
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify({ items: rows, nextCursor }));
  });
  await new Promise<void>(resolve => bare.listen(0, '127.0.0.1', resolve));
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false }, connections: 1 });
  const perSecond = async (url: string) => {
    const started = performance.now();
    for (let count = 0; count < requests; count += 1) {
      const { statusCode, body } = await request(url, { dispatcher, headers: { authorization: `Bearer ${token}` } });
      const { items } = (await body.json()) as { items: unknown[] };
      if (statusCode !== 200 || items.length !== 100) throw new Error(`${url} answered ${statusCode}.`);
    }
    return (1000 * requests) / (performance.now() - started);
  };
  try {
    const urls = [
      `${server.url}/api/v1/certificates?limit=100`,
      `https://127.0.0.1:${(bare.address() as AddressInfo).port}/`,
    ] as const;
    for (const url of urls) await perSecond(url);
    const rates: { api: number; bare: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      rates.push({ api: await perSecond(urls[0]), bare: await perSecond(urls[1]) });
    }
    return {
      api: median(rates.map(({ api }) => api)),
      bare: median(rates.map(rate => rate.bare)),
      ratio: median(rates.map(rate => rate.api / rate.bare)),
    };
  } finally {
    await dispatcher.close();
    bare.close();
  }
}
