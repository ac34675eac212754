import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fixedRuleFields } from './content-rule.js';
import { type FixedField, fixedServerFields, fixedServiceFields } from './fixed-fields.js';
import { checkTypes } from './health-check.js';
import { persistenceWords } from './persistence.js';
import { schedules } from './virtual-service.js';

const guide = readFileSync(new URL('../../../../../docs/guides/loadmaster.md', import.meta.url), 'utf8');

/** The rows of the fields that change nothing: those with the same values together, in the order of the code. */
function rowsOf(fields: readonly FixedField[], withType: boolean): string {
  const rows = new Map<string, string[]>();
  for (const { name, accepts, hidden } of fields) {
    const type = hidden
      ? 'not shown'
      : { string: 'text', number: 'number', boolean: 'boolean' }[typeof accepts[0] as 'string'];
    const values = accepts.map(value =>
      value === '' ? 'empty' : value === true ? 'Y' : value === false ? 'N' : value,
    );
    const cells = `${withType ? `${type} | ` : ''}only ${values.join(' or ')} |`;
    rows.set(cells, [...(rows.get(cells) ?? []), `\`${name}\``]);
  }
  return [...rows].map(([cells, names]) => `| ${names.join(', ')} | ${cells}\n`).join('');
}

test.each([
  ['virtual services', rowsOf(fixedServiceFields, true)],
  ['real servers', rowsOf(fixedServerFields, true)],
  ['rules', rowsOf(fixedRuleFields, false)],
])('the guide has the fields of %s that change nothing, with the values that are taken', (_, rows) => {
  expect(guide).toContain(rows);
});

test.each([
  ['Schedule', schedules],
  ['Persist', persistenceWords],
  ['CheckType', checkTypes],
])('the guide has every value of %s', (field, words) => {
  const [, values = ''] = new RegExp(`^\\| \`${field}\` \\| text \\| (.*) \\|$`, 'm').exec(guide) ?? [];
  expect([...values.matchAll(/`([a-z-]+)`/g)].map(([, word]) => word)).toEqual(Object.keys(words));
});
