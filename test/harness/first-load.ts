import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { builtSite } from './certfleet.js';

/** A file of the build, with what it loads at once (`imports`), by the name of its source. */
interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

/**
 * How many bytes of JavaScript a server at `origin` sends to a browser before it shows a page, such as
 * `src/pages/overview/overview.tsx`: counted as they come, gzipped where it does so.
 */
export async function firstLoadBytes(origin: string, page: string): Promise<number> {
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    const sizes = await Promise.all(
      firstFiles(page).map(async file => {
        const { statusCode, body } = await request(`${origin}/${file}`, {
          dispatcher: agent,
          headers: { 'accept-encoding': 'gzip' },
        });
        const sent = await body.bytes();
        if (statusCode !== 200) throw new Error(`${origin} answers ${statusCode} for /${file}.`);
        return sent.length;
      }),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    await agent.close();
  }
}

function firstFiles(page: string): string[] {
  const chunks: Record<string, Chunk> = JSON.parse(readFileSync(join(builtSite, '.vite/manifest.json'), 'utf8'));
  const entry = Object.keys(chunks).find(name => chunks[name]?.isEntry);
  if (entry === undefined || !chunks[page]) throw new Error(`The build has no entry, or no page ${page}.`);
  return [...withImports(chunks, page, withImports(chunks, entry))].flatMap(name => chunks[name]?.file ?? []);
}

/** The chunk and all that must be there before it runs. */
function withImports(chunks: Record<string, Chunk>, name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of chunks[name]?.imports ?? []) withImports(chunks, imported, found);
  return found;
}
