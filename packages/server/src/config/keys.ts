import { z } from 'zod';
import { ConfigFile, type KeyMeta } from './schema.js';

/** One key of the configuration. */
export interface Key {
  /** `['listen', 'port']` */
  path: readonly string[];
  /** `listen.port` */
  name: string;
  /** CERTFLEET_LISTEN_PORT */
  variable: string;
  schema: z.ZodType;
  description: string;
  meta: KeyMeta;
}

/** All keys, in the schema's order. */
export const keys: readonly Key[] = [...keysOf(ConfigFile, [])];

function* keysOf(object: z.ZodObject, parents: readonly string[]): Generator<Key> {
  for (const [field, schema] of Object.entries(object.shape) as [string, z.ZodType][]) {
    const path = [...parents, field];
    const section = schema instanceof z.ZodPrefault ? schema.unwrap() : undefined;
    if (section instanceof z.ZodObject) {
      yield* keysOf(section, path);
      continue;
    }
    const { description = '', ...meta } = (schema.meta() ?? {}) as KeyMeta & { description?: string };
    yield { path, name: path.join('.'), variable: variableOf(path), schema, description, meta };
  }
}

function variableOf(path: readonly string[]): string {
  return `CERTFLEET_${path.map(part => part.replace(/[A-Z]/g, capital => `_${capital}`).toUpperCase()).join('_')}`;
}

/** The known name that was probably meant, if one is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map(each => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.each.length / 4)) ? best.each : undefined;
}

/** Levenshtein's: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
