import { z } from 'zod';
import { Line, Name, Timestamp } from '../primitives.js';

/**
 * The rule that takes what no other sub virtual service takes. It is always there and can be neither made nor changed.
 */
export const defaultRule = 'default';

const field = z.enum(['url', 'host', 'header']).describe('What of a request is compared.');
const header = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, "A header's name: letters, digits, - and _; at most 100.")
  .nullable()
  .describe('Which header. For field header alone.');
const match = z.enum(['regex', 'prefix', 'suffix', 'equal']).describe('How it is compared.');
const pattern = Line.min(1)
  .max(250)
  .regex(/^[ -&(-~]+$/, 'Printable ASCII characters without the single quote (in a regex: \\x27).')
  .describe('What it is compared with.');
const includeHost = z.boolean().describe('Compare the host in front of the path too. For field url alone.');
const includeQuery = z.boolean().describe('Compare the query behind the path too. For field url alone.');
const negate = z.boolean().describe('Match the requests that do not fit the pattern.');
const ignoreCase = z.boolean().describe('Compare without regard to case.');
const mustFail = z.boolean().describe('The whole virtual service refuses the requests that match.');

/** Which requests a sub virtual service takes or refuses: named, to be attached to any number of them. */
export const ContentRule = z
  .object({
    name: Name,
    field,
    header,
    match,
    pattern,
    includeHost,
    includeQuery,
    negate,
    ignoreCase,
    mustFail,
    usedBy: z.array(z.int()).describe('The indexes of the sub virtual services that it is attached to.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'ContentRule' });
export type ContentRule = z.infer<typeof ContentRule>;

export const ContentRuleCreation = z
  .object({
    name: Name,
    field: field.default('url'),
    header: header.default(null),
    match: match.default('regex'),
    pattern,
    includeHost: includeHost.default(false),
    includeQuery: includeQuery.default(false),
    negate: negate.default(false),
    ignoreCase: ignoreCase.default(false),
    mustFail: mustFail.default(false),
  })
  .superRefine(({ name, field, header, includeHost, includeQuery }, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (name === defaultRule) complain('name', `${defaultRule} is always there: it takes what no other rule takes.`);
    if (field === 'header' && header === null) complain('header', 'Say which header.');
    if (field !== 'header' && header !== null) complain('header', 'Only for field header.');
    if (field !== 'url' && includeHost) complain('includeHost', 'Only for field url.');
    if (field !== 'url' && includeQuery) complain('includeQuery', 'Only for field url.');
  })
  .meta({ id: 'ContentRuleCreation' });
export type ContentRuleCreation = z.infer<typeof ContentRuleCreation>;

export const ContentRuleChange = z
  .object({ field, header, match, pattern, includeHost, includeQuery, negate, ignoreCase, mustFail })
  .partial()
  .meta({ id: 'ContentRuleChange' });
export type ContentRuleChange = z.infer<typeof ContentRuleChange>;
