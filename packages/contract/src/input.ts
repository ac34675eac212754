import { z } from 'zod';
import type { Operation } from './operations/index.js';

/** The parts of a request that an operation has schemas for. */
export type InputPart = 'params' | 'query' | 'headers' | 'body';
const parts: readonly InputPart[] = ['params', 'query', 'headers', 'body'];

/**
 * Checks what came with a request against its operation's schemas and fills in the defaults. Keys that no schema knows
 * are refused at every depth: a misspelt field must not be taken for one that was left out.
 *
 * Throws a ZodError whose paths are those of the JSON; all faults at once.
 */
export function parseInput(
  operation: Operation,
  raw: Record<Exclude<InputPart, 'headers'>, unknown> & { headers?: unknown },
): Partial<Record<InputPart, unknown>> {
  const issues: z.core.$ZodIssue[] = [];
  const input: Partial<Record<InputPart, unknown>> = {};
  for (const part of parts) {
    const schema = operation[part];
    if (!schema) {
      if (part !== 'params') issues.push(...unknownKeys(raw[part] ?? {}, {}));
      continue;
    }
    const result = schema.safeParse(raw[part] ?? (part === 'headers' ? {} : undefined));
    if (!result.success) issues.push(...result.error.issues);
    else {
      input[part] = result.data;
      issues.push(...unknownKeys(raw[part], result.data));
    }
  }
  if (issues.length > 0) throw new z.ZodError(issues);
  return input;
}

/**
 * Keys of `raw` that are not in `parsed`, at any depth. Zod leaves out what an object's schema does not name, so a key
 * that is gone was unknown. The schemas stay open for the client, which must read the replies of newer servers.
 */
function unknownKeys(raw: unknown, parsed: unknown, path: PropertyKey[] = []): z.core.$ZodIssue[] {
  if (Array.isArray(raw) && Array.isArray(parsed)) {
    return raw.flatMap((item, index) => unknownKeys(item, parsed[index], [...path, index]));
  }
  if (!isObject(raw) || !isObject(parsed)) return [];
  const unknown = Object.keys(raw).filter(key => !Object.hasOwn(parsed, key));
  const known = Object.keys(raw).filter(key => Object.hasOwn(parsed, key));
  return [
    ...unknown.map(key => ({
      code: 'unrecognized_keys' as const,
      keys: [key],
      input: raw,
      path: [...path, key],
      message: 'There is no such field.',
    })),
    ...known.flatMap(key => unknownKeys(raw[key], parsed[key], [...path, key])),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
