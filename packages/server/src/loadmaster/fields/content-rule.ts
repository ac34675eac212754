import type { ContentRule, ContentRuleCreation } from '@certfleet/contract';
import type { Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';
import { type FixedField, readFixedFields } from './fixed-fields.js';

/** LoadMaster's words for the ways to compare; our `equal` is shown as a regular expression. */
const matchTypes = { regex: 'regex', prefix: 'prefix', postfix: 'suffix' } as const;

const matchTypeNames = ['regex', 'prefix', 'postfix'] as const;

/** The lists that showrule has, by the number of the type. Only the first kind is known here. */
export const ruleTypes = [
  ...['MatchContentRule', 'AddHeaderRule', 'DeleteHeaderRule', 'ReplaceHeaderRule', 'ModifyURLRule', 'ReplaceBodyRule'],
] as const;

/** Flags that one rule sets for others, and what only other types of rules have. */
export const fixedRuleFields: readonly FixedField[] = [
  { name: 'setonmatch', accepts: [0] },
  { name: 'onlyonflag', accepts: [0] },
  { name: 'onlyonnoflag', accepts: [0] },
  { name: 'setflagonmatch', accepts: [0] },
  { name: 'replacement', accepts: [''] },
  { name: 'headervalue', accepts: [''] },
];

/** Our words for what a rule may have beside its pattern, with LoadMaster's: in commands, and as showrule has them. */
const flags = {
  includeHost: ['inchost', 'addhost'],
  includeQuery: ['incquery', 'includequery'],
  negate: ['negate'],
  // The last is how one client spells it.
  ignoreCase: ['nocase', 'caseindependent', 'caseindependant'],
  mustFail: ['mustfail'],
} as const;

/** What addrule and modrule take. */
export const ruleParameters: readonly string[] = [
  ...['name', 'type', 'pattern', 'matchtype', 'header'],
  ...Object.values(flags).flat(),
  ...fixedRuleFields.map(({ name }) => name),
];

/** Headers by which a LoadMaster compares what is none: the client's address, the request's method, and its body. */
const notHeaders = ['src-ip', 'method', 'body'];

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
    // Host too is compared as it was sent, with its port and by case, which is what patterns and nocase are made for
    // there. Our field `host` knows neither.
    rule.field = header === '' ? 'url' : 'header';
    rule.header = header === '' ? null : header;
  }
  for (const [field, names] of Object.entries(flags)) {
    const value = readFlag(parameters, names);
    if (value !== undefined) rule[field as keyof typeof flags] = value;
  }
  return rule;
}

/** One flag by any of its names. Throws 422 when two of them say different things. */
function readFlag(parameters: Parameters, names: readonly string[]): boolean | undefined {
  const [first, ...others] = names.filter(name => parameters.text(name)?.trim());
  if (first === undefined) return undefined;
  const value = parameters.flag(first);
  const other = others.find(name => parameters.flag(name) !== value);
  if (other !== undefined) throw LoadMasterError.invalid(other, `Is the same as ${first}, and says otherwise`);
  return value;
}

/**
 * What modrule sent, without what is as it is shown: of a rule whose pattern or header has no word of LoadMaster's, a
 * whole object would change it.
 */
export function changedOf(parameters: Parameters, shown: Data): Parameters {
  const isSame = (name: string) => {
    const sent = parameters.text(name);
    return sent === undefined || sent === shown[name];
  };
  const together = [['Pattern', 'MatchType'], ['Header']].filter(names => names.every(isSame));
  return parameters.without(together.flat());
}

/** Throws 422 for a pattern that is not the rule's. */
export function refuseOtherPattern(parameters: Parameters, { Pattern }: Data): void {
  const sent = parameters.text('pattern');
  if (!sent || sent === Pattern || withoutDelimiters(sent) === Pattern) return;
  throw LoadMasterError.invalid('pattern', `The rule's is ${String(Pattern)}`);
}

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
export function ruleFields(
  rule: Pick<ContentRule, 'name' | 'pattern'> & Partial<Omit<ContentRule, 'createdAt'>>,
): Data {
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
