import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { builtSite } from './certfleet.js';

/** A file of the build, with what it loads at once (`imports`), by the name of its source. */
interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

/** How many bytes of JavaScript, gzipped, a browser loads before it shows a page: `src/pages/overview/overview.tsx`. */
export function gzippedFirstLoad(page: string): number {
  const chunks: Record<string, Chunk> = JSON.parse(readFileSync(join(builtSite, '.vite/manifest.json'), 'utf8'));
  const entry = Object.keys(chunks).find(name => chunks[name]?.isEntry);
  if (entry === undefined || !chunks[page]) throw new Error(`The build has no entry, or no page ${page}.`);
  const needed = withImports(chunks, page, withImports(chunks, entry));
  return [...needed]
    .map(name => gzipSync(readFileSync(join(builtSite, chunks[name]?.file ?? ''))).length)
    .reduce((sum, size) => sum + size, 0);
}

/** The chunk and all that must be there before it runs. */
function withImports(chunks: Record<string, Chunk>, name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of chunks[name]?.imports ?? []) withImports(chunks, imported, found);
  return found;
}
