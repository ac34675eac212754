import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BulkExport, BulkSelection } from '@certfleet/contract';
import type { Engine } from '../engine.js';
import type { Download } from '../http/files.js';
import { pauseOf } from '../pause.js';
import { certificateCsvHeading, certificateCsvLine } from './certificate-csv.js';
import { toCertificate } from './show-certificate.js';

/** Read and written at once, so that a file of any length takes little memory. */
const batch = 500;

/** A file about many certificates, in the order of their names, without private keys. */
export function exportMany(engine: Engine, { selection, format }: BulkExport): Download {
  const parts = format === 'pem' ? pem(engine, selection) : csv(engine, selection);
  return {
    name: `certfleet-certificates.${format}`,
    save: file => pipeline(parts, createWriteStream(file, { flags: 'wx', mode: 0o600 })),
  };
}

/** RFC 7468 §2: text before the boundaries is for people, and skipped by whoever reads the file. */
async function* pem({ store }: Engine, selection: BulkSelection) {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const versions = await store.bulks.chains(selection, after, batch);
    yield versions.map(({ name, number, chain }) => `# ${name}, version ${number}\n${chain.trimEnd()}\n`).join('');
    after = versions.length < batch ? undefined : versions.at(-1)?.name;
  }
}

async function* csv({ store, clock }: Engine, selection: BulkSelection) {
  const paused = await pauseOf(store);
  yield certificateCsvHeading;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const details = await store.bulks.details(selection, after, batch);
    yield details.map(detail => certificateCsvLine(toCertificate(detail, clock.now(), paused))).join('');
    after = details.length < batch ? undefined : details.at(-1)?.name;
  }
}
