import { type ContentRule, ContentRuleChange, ContentRuleCreation, operations } from '@certfleet/contract';
import type { CommandGroup } from '../command.js';
import { type FieldFlags, type Flag, flagsFor } from '../flags.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance } from '../output/time.js';
import { name } from './arguments.js';
import { deleteCommand } from './deletion.js';
import { listCommand, searchFlags } from './list.js';
import { showCommand } from './show.js';

const ops = operations.contentRule;

const columns: Column<ContentRule>[] = [
  { title: 'Name', value: rule => rule.name },
  { title: 'Matches', value: matches, flexible: 'cut' },
  { title: 'Then', value: rule => (rule.mustFail ? 'refused' : 'taken') },
  { title: 'Sub virtual services', value: rule => rule.usedBy.join(', ') || '–', flexible: 'cut' },
];

function facts(rule: ContentRule, format: Format): Fact[] {
  return [
    ['Name', rule.name],
    ['Matches', matches(rule)],
    [
      'Then',
      rule.mustFail ? 'the whole virtual service refuses the request' : 'its sub virtual service takes the request',
    ],
    ['Attached to', rule.usedBy.map(index => `sub virtual service ${index}`).join(', ') || 'nothing'],
    ['Created', momentAndDistance(rule.createdAt, format)],
  ];
}

/** `url prefix /api`, with what else it says. */
function matches(rule: ContentRule): string {
  const field = rule.field === 'header' ? `header ${rule.header}` : rule.field;
  const whole = [rule.includeHost ? 'with the host' : '', rule.includeQuery ? 'with the query' : ''].filter(Boolean);
  const compared = [field, ...whole].join(' ');
  return `${rule.negate ? 'not ' : ''}${compared} ${rule.match} ${rule.pattern}${rule.ignoreCase ? ' in any case' : ''}`;
}

/** What is yes or no: a switch to say yes, and for what is there already one to say no. */
function switches(field: string, flag: string, help: string): { yes: Flag; no: Flag } {
  return {
    yes: { name: flag, field: [field], help },
    no: { name: `without-${flag}`, field: [field], value: false, help: `The opposite of --${flag}.` },
  };
}

const yesOrNo = {
  includeHost: switches(
    'includeHost',
    'include-host',
    'Compare the host in front of the path too. For field url alone.',
  ),
  includeQuery: switches(
    'includeQuery',
    'include-query',
    'Compare the query behind the path too. For field url alone.',
  ),
  negate: switches('negate', 'negate', 'Match the requests that do not fit the pattern.'),
  ignoreCase: switches('ignoreCase', 'ignore-case', 'Compare without regard to case.'),
  mustFail: switches('mustFail', 'must-fail', 'The whole virtual service refuses the requests that match.'),
};

const text: Record<string, FieldFlags> = {
  header: { placeholder: 'name' },
  pattern: { placeholder: 'text' },
};

const creationFlags = Object.fromEntries(Object.entries(yesOrNo).map(([field, { yes }]) => [field, [yes]]));
const changeFlags = Object.fromEntries(Object.entries(yesOrNo).map(([field, { yes, no }]) => [field, [yes, no]]));

export const contentRuleCommands: CommandGroup = {
  name: 'content-rule',
  summary: 'Content rules: which requests a sub virtual service takes',
  commands: [
    {
      name: 'create',
      summary: ops.create.summary,
      details: ['It does nothing until it is attached: certfleet virtual-service attach-rule --help'],
      arguments: [name('What to call the rule')],
      operation: ops.create,
      flags: flagsFor(ContentRuleCreation, { name: [], ...text, ...creationFlags }),
      examples: [
        'content-rule create api --match prefix --pattern /api/',
        'content-rule create mobile --field header --header User-Agent --pattern Mobile --ignore-case',
      ],
      async run(invocation) {
        const body = invocation.body(ContentRuleCreation, { name: invocation.argument('name') });
        const rule = await invocation.call(ops.create, { body });
        invocation.print.facts(rule, facts(rule, invocation.print.format));
        return undefined;
      },
    },
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      flags: searchFlags(ops.list.query),
      columns,
      empty: 'There are no content rules. Create one: certfleet content-rule create --help',
    }),
    showCommand({
      what: 'the content rule',
      operation: ops.show,
      show: (invocation, params) => invocation.call(ops.show, { params }),
      facts,
    }),
    {
      name: 'change',
      summary: ops.change.summary,
      arguments: [name('The content rule')],
      operation: ops.change,
      flags: flagsFor(ContentRuleChange, { ...text, ...changeFlags }),
      examples: ['content-rule change api --pattern /api/v2/'],
      async run(invocation) {
        const params = { name: invocation.argument('name') };
        const rule = await invocation.call(ops.change, { params, body: invocation.body(ContentRuleChange) });
        invocation.print.facts(rule, facts(rule, invocation.print.format));
        return undefined;
      },
    },
    deleteCommand({
      what: 'the content rule',
      operation: ops.delete,
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
