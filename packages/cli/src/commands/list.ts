import type { Operation, Page } from '@certfleet/contract';
import type { z } from 'zod';
import type { CommandSpec, Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { type FieldFlags, type Flag, fieldsFrom, flagsFor } from '../flags.js';
import type { Column } from '../output/table.js';

/** How a noun is listed. */
export interface Listing<T> {
  /** The command's name; `list` unless said otherwise. */
  name?: string;
  operation: Operation;
  /** Asks for one page. */
  page(invocation: Invocation, query: Record<string, unknown>): Promise<Page<T>>;
  columns: readonly Column<T>[];
  /** Said when there is nothing: what to do to have one. */
  empty: string;
  /** Of the operation's query, without those that turn pages. */
  flags?: Flag[];
  arguments?: CommandSpec['arguments'];
}

/** The most that the server gives at once (ListQuery of the contract). */
const largestPage = 1000;

const paging: Flag[] = [
  { name: 'limit', placeholder: 'n', help: 'Show at most so many. (default: 100)' },
  { name: 'all', help: 'Show all, however many there are.' },
  { name: 'cursor', placeholder: 'text', help: 'Go on from here: nextCursor of the page before.' },
];

/** The flags of a list that can be searched; `fields`: what else there is to say of them. */
export function searchFlags(query: z.ZodObject, fields: Record<string, FieldFlags> = {}): Flag[] {
  return flagsFor(query, { cursor: [], limit: [], search: { placeholder: 'text' }, ...fields });
}

/** A command that lists a noun: as a table, or with --json as `{"items": […], "nextCursor": …}`. */
export function listCommand<T>(listing: Listing<T>): CommandSpec {
  return {
    name: listing.name ?? 'list',
    summary: listing.operation.summary,
    operation: listing.operation,
    ...(listing.arguments ? { arguments: listing.arguments } : {}),
    flags: [...(listing.flags ?? []), ...paging],
    async run(invocation) {
      invocation.print.list(await pages(invocation, listing), listing.columns, listing.empty);
      return undefined;
    },
  };
}

async function pages<T>(invocation: Invocation, listing: Listing<T>): Promise<Page<T>> {
  const { flags } = invocation;
  const wanted = flags.has('all') ? Number.POSITIVE_INFINITY : limit(flags.text('limit') ?? '100');
  const query = fieldsFrom(listing.flags ?? [], flags);
  const items: T[] = [];
  let cursor: string | null = flags.text('cursor') ?? null;
  do {
    const page: Page<T> = await listing.page(invocation, {
      ...query,
      ...(cursor === null ? {} : { cursor }),
      limit: Math.min(largestPage, wanted - items.length),
    });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < wanted);
  return { items, nextCursor: cursor };
}

function limit(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw usageFailure(`--limit ${text} is not a number of things.`, 'Give 1 or more, or --all.');
  return Number(text);
}
