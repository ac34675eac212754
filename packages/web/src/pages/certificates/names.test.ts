import { expect, test } from 'vitest';
import { labelsOf, labelsText, namesOf, namesText } from './names.js';

test('names and what proves them survive being text', () => {
  const identifiers = [
    { type: 'dns', value: 'www.example.com', solver: null },
    { type: 'dns', value: '*.example.com', solver: 'dns-1' },
    { type: 'ip', value: '2001:db8::1', solver: null },
  ] as const;
  expect(namesOf(namesText([...identifiers]))).toEqual(identifiers.map(({ value, solver }) => ({ value, solver })));
});

test.each([
  ['commas, blanks and empty lines', ' a.example.com, b.example.com\n\n c.example.com;', ['a', 'b', 'c']],
  ['nothing', ' \n ', []],
])('names with %s', (_, text, names) => {
  expect(namesOf(text).map(name => (typeof name === 'string' ? name : name.value))).toEqual(
    names.map(name => `${name}.example.com`),
  );
});

test('labels survive being text, also with = in a value', () => {
  const labels = { team: 'shop', query: 'a=b', bare: '' };
  expect(labelsOf(labelsText(labels))).toEqual(labels);
});
