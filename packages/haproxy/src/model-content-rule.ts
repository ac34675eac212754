import { z } from 'zod';
import { headerName, quotable } from './model-text.js';

/** The rule that nobody has to make: it takes what no other sub virtual service takes. */
export const DEFAULT_RULE = 'default';

/** What a content rule is called. */
export const contentRuleName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$/, 'a name: letters, digits and . _ @ -; at most 128');

/**
 * Compares a part of a request with a pattern. What is compared:
 *
 * - `url`: the path as it was sent (nothing decoded); with `includeHost` the host in lower case and without port before
 *   it, with `includeQuery` the `?` and the query after it.
 * - `host`: the host without port, always regardless of case (RFC 9110 §4.2.3).
 * - `header`: the whole value of a header; of a header that is there several times, each of them.
 */
export const contentRuleSchema = z
  .strictObject({
    name: contentRuleName,
    field: z.enum(['url', 'host', 'header']),
    /** Which header; null for the other fields. */
    header: headerName.nullable().default(null),
    match: z.enum(['regex', 'prefix', 'suffix', 'equal']),
    /** A regex is not anchored, and is of the kind that HAProxy was built with (PCRE2 in Debian's). */
    pattern: quotable('a pattern', 1000),
    includeHost: z.boolean().default(false),
    includeQuery: z.boolean().default(false),
    /** It matches what the pattern doesn't. */
    negate: z.boolean().default(false),
    ignoreCase: z.boolean().default(false),
    /**
     * A request that matches is refused by the whole virtual service, whichever sub virtual service would take it: its
     * connection is closed without an answer. Such a rule takes no requests for its sub virtual service.
     */
    mustFail: z.boolean().default(false),
  })
  .superRefine(({ name, field, header, includeHost, includeQuery }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (name === DEFAULT_RULE) complain('name', `${DEFAULT_RULE} is the rule for what no other one takes`);
    if (field === 'header' && header === null) complain('header', 'which header?');
    if (field !== 'header' && header !== null) complain('header', 'only for the field header');
    if (field !== 'url' && includeHost) complain('includeHost', 'only for the field url');
    if (field !== 'url' && includeQuery) complain('includeQuery', 'only for the field url');
  });

export type ContentRule = z.output<typeof contentRuleSchema>;
