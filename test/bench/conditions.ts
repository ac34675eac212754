import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { findHaproxy } from '../harness/haproxy.js';
import { findPart, pebbleFeatures, unpackedParts } from '../harness/parts.js';
import { createWorkdir } from '../harness/workdir.js';
import { median } from './report.js';

/** What every figure depends on, for people: name and value. */
export async function conditions(): Promise<[string, string][]> {
  const [{ model } = { model: 'unknown' }, ...others] = cpus();
  return [
    ['CPU', `${others.length + 1} × ${model.trim()}`],
    [
      'load of the machine',
      `${(loadavg()[0] ?? 0).toFixed(1)} before the benchmark (above 0.5: other programs run, compare ratios only)`,
    ],
    ['Node', process.version],
    ['HAProxy', (await findHaproxy()).version],
    ['Pebble', pebbleVersion()],
    ['disk', `fdatasync of 4 KiB: median ${fsyncTime().toFixed(2)} ms`],
  ];
}

/** Milliseconds that the disk of the temporary folders takes to keep 4 KiB for good: the median of 200 times. */
export function fsyncTime(): number {
  const workdir = createWorkdir('fsync');
  const file = openSync(workdir.file('file'), 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 200 }, (_, n) => {
    writeSync(file, page, 0, page.length, n * page.length);
    const started = performance.now();
    fdatasyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  workdir.remove();
  return median(times);
}

/** Debian builds it without a version number; the changelog beside it has one. */
function pebbleVersion(): string {
  const folder = findPart('pebble').startsWith(unpackedParts) ? unpackedParts : '';
  const changelog = `${folder}/usr/share/doc/pebble/changelog.Debian.gz`;
  const [line] = existsSync(changelog) ? gunzipSync(readFileSync(changelog)).toString().split('\n') : [];
  return /\((.*?)\)/.exec(line ?? '')?.[1] ?? (pebbleFeatures().renewalInfo ? '2.7 or later' : 'older than 2.7');
}
