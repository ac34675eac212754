import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { builtSite } from '../../harness/certfleet.js';

/** A file of the build, with what it loads at once (`imports`), by the name of its source. */
interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

const chunks: Record<string, Chunk> = JSON.parse(readFileSync(join(builtSite, '.vite/manifest.json'), 'utf8'));

/** The chunk and all that must be there before it runs. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of chunks[name]?.imports ?? []) withImports(imported, found);
  return found;
}

function gzippedSize(names: Iterable<string>): number {
  return [...names]
    .map(name => gzipSync(readFileSync(join(builtSite, chunks[name]?.file ?? ''))).length)
    .reduce((sum, size) => sum + size, 0);
}

test('the first load is at most 250 kB of JavaScript, gzipped, with the overview', () => {
  const entry = Object.keys(chunks).find(name => chunks[name]?.isEntry) ?? '';
  const overview = 'src/pages/overview/overview.tsx';
  expect(Object.keys(chunks)).toContain(overview);
  const size = gzippedSize(withImports(overview, withImports(entry)));
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(250_000);
});
