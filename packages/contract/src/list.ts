import { z } from 'zod';

/** How every list is asked for: a page at a time. `cursor` comes from the page before and is opaque. */
export const ListQuery = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** A list that can be searched. `places`: where it is looked for, as a sentence for people. */
export function searchable(places = 'In names.') {
  return ListQuery.extend({ search: z.string().max(253).optional().describe(places) });
}

/** One page of a list; `nextCursor` is null on the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}
export type Page<T> = { items: T[]; nextCursor: string | null };
