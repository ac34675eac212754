import { expect, test } from 'vitest';
import { Parameters } from '../parameters.js';
import { changedOf, readRule, ruleFields } from './content-rule.js';

const read = (fields: Record<string, string>) => readRule(new Parameters(Object.entries(fields)));

test.each<[string, Record<string, string>, object]>([
  ['the path', { header: '' }, { field: 'url', header: null }],
  ['a header', { header: ' Accept ' }, { field: 'header', header: 'Accept' }],
  [
    'the host as it was sent, which a port and the case are parts of',
    { header: 'Host', pattern: '/^www\\.example\\.com:8443$/' },
    { field: 'header', header: 'Host', pattern: '^www\\.example\\.com:8443$' },
  ],
  ['the host in any case', { header: 'host', nocase: 'Y' }, { field: 'header', header: 'host', ignoreCase: true }],
])('compares %s', (_, sent, expected) => {
  expect(read(sent)).toEqual(expected);
});

test.each(['src-ip', 'method', 'body', 'Method'])('%s, which is no header, is refused by name', header => {
  expect(() => read({ header })).toThrow(`header: Certfleet has no rules for ${header}`);
});

test('a rule of our own about the host stays one when it is sent back as it is shown', () => {
  const shown = ruleFields({ name: 'r', field: 'host', header: null, match: 'prefix', pattern: 'www.' });
  const sent = Object.entries(shown).map(([field, value]) => [field.toLowerCase(), String(value)] as const);
  const changed = readRule(changedOf(new Parameters(sent), shown));
  expect(changed).not.toHaveProperty('field');
  expect(changed).not.toHaveProperty('pattern');
});
