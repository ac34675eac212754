import type { ContentRule, ContentRuleCreation } from '@certfleet/contract';
import type { Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { type FixedField, readFixedFields } from './fixed-fields.js';

/** LoadMaster's words for the ways to compare; our `equal` is shown as a regular expression. */
const matchTypes = { regex: 'regex', prefix: 'prefix', postfix: 'suffix' } as const;

/** The lists that showrule has, by the number of the type. Only the first kind is known here. */
export const ruleTypes = [
  ...['MatchContentRule', 'AddHeaderRule', 'DeleteHeaderRule', 'ReplaceHeaderRule', 'ModifyURLRule', 'ReplaceBodyRule'],
] as const;

/** Flags that one rule sets for others, and what only other types of rules have. */
export const fixedRuleFields: readonly FixedField[] = [
  { name: 'setonmatch', accepts: [0] },
  { name: 'onlyonflag', accepts: [0] },
  { name: 'onlyonnoflag', accepts: [0] },
  { name: 'replacement', accepts: [''] },
];

/** What addrule and modrule take. */
export const ruleParameters: readonly string[] = [
  ...['name', 'type', 'pattern', 'matchtype', 'inchost', 'nocase', 'caseindependent', 'negate', 'incquery', 'header'],
  ...['mustfail', ...fixedRuleFields.map(({ name }) => name)],
];

/** Headers by which a LoadMaster compares what is none: the client's address, and the body. */
const notHeaders = ['src-ip', 'body'];

/** What was sent of a rule. Throws 422 that names the first field whose value can't be honoured. */
export function readRule(parameters: Parameters): Partial<Omit<ContentRuleCreation, 'name'>> {
  refuseOtherTypes(parameters);
  readFixedFields(parameters, fixedRuleFields);
  const rule: Partial<Omit<ContentRuleCreation, 'name'>> = {};
  const match = parameters.text('matchtype') ? parameters.choice('matchtype', matchTypeNames) : undefined;
  if (match !== undefined) rule.match = matchTypes[match];
  const pattern = parameters.text('pattern');
  if (pattern !== undefined) {
    rule.pattern = match === undefined || match === 'regex' ? withoutDelimiters(pattern) : pattern;
  }
  const header = parameters.text('header')?.trim();
  if (header !== undefined) {
    if (notHeaders.includes(header.toLowerCase())) {
      throw LoadMasterError.invalid('header', `Certfleet has no rules for ${header}`);
    }
    rule.field = header === '' ? 'url' : 'header';
    rule.header = header === '' ? null : header;
  }
  for (const [name, field] of Object.entries(flags)) {
    const value = parameters.text(name)?.trim() ? parameters.flag(name) : undefined;
    if (value !== undefined) rule[field] = value;
  }
  return rule;
}

const matchTypeNames = ['regex', 'prefix', 'postfix'] as const;

/** Our words for what a rule may have beside its pattern. */
const flags = {
  inchost: 'includeHost',
  incquery: 'includeQuery',
  negate: 'negate',
  nocase: 'ignoreCase',
  caseindependent: 'ignoreCase',
  mustfail: 'mustFail',
} as const;

/** 0 is content matching. Throws 422 for the other types. */
export function refuseOtherTypes(parameters: Parameters): void {
  const type = parameters.text('type')?.trim();
  if (!type || type === '0') return;
  const name = ruleTypes[Number(type)];
  throw LoadMasterError.invalid('type', `Certfleet has rules of type 0 alone${name ? `, no ${name}` : ''}`);
}

/**
 * LoadMaster's documents write `/^\/app/` between slashes. Nothing can come before the beginning of a line, so this
 * can't be meant as it stands.
 */
function withoutDelimiters(pattern: string): string {
  return /^\/(\^.*)\/$/.exec(pattern)?.[1] ?? pattern;
}

/** A rule as showrule shows it. */
export function ruleFields(rule: Pick<ContentRule, 'name' | 'pattern'> & Partial<ContentRule>): Data {
  const { name, field = 'url', header, match = 'prefix', pattern } = rule;
  const isEqual = match === 'equal';
  return {
    Name: name,
    Pattern: isEqual ? `^${pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$` : pattern,
    MatchType: match === 'regex' || isEqual ? 'Regex' : match === 'suffix' ? 'postfix' : 'prefix',
    AddHost: rule.includeHost ?? false,
    Negate: rule.negate ?? false,
    CaseIndependent: rule.ignoreCase ?? false,
    IncludeQuery: rule.includeQuery ?? false,
    Header: field === 'url' ? '' : field === 'host' ? 'host' : (header ?? ''),
    MustFail: rule.mustFail ?? false,
  };
}
