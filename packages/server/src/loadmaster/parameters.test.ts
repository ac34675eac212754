import { expect, test } from 'vitest';
import { Parameters, pairsOf } from './parameters.js';

const read = (query: string) => new Parameters(pairsOf(query));
const refusal = (action: () => unknown) => {
  try {
    return action();
  } catch (error) {
    return (error as { status: number; message: string }).status + (error as Error).message;
  }
};

test.each<[string, string, string | undefined]>([
  ['vs=10.0.0.1', 'vs', '10.0.0.1'],
  ['VS=1', 'vs', '1'],
  ['createsubvs=', 'createsubvs', ''],
  ['createsubvs', 'CreateSubVS', ''],
  ['pattern=a%2Bb+c', 'pattern', 'a+b c'],
  ['name=%C3%A9', 'name', 'é'],
  ['a=1&&=&b=2', 'b', '2'],
  ['', 'vs', undefined],
])('%s: %s is %j', (query, name, value) => {
  expect(read(query).text(name)).toBe(value);
  expect(read(query).has(name)).toBe(value !== undefined);
});

test.each([
  ['', '400n: String Value missing'],
  ['n', '400n: String Value missing'],
  ['n=', '400n: String Value missing'],
  ['n=1', '1'],
])('required n of "%s": %s', (query, expected) => {
  expect(refusal(() => read(query).required('n'))).toBe(expected);
});

const range = '422n: Must be a whole number from 1 to 60';
test.each([
  ['', undefined],
  ['n=1', 1],
  ['n=060', 60],
  ['n=0', range],
  ['n=61', range],
  ['n=', range],
  ['n=1.5', range],
  ['n=0x10', range],
  ['n=1e1', range],
  ['n=-1', range],
  ['n=9999999999999999', range],
])('whole number n of "%s": %s', (query, expected) => {
  expect(refusal(() => read(query).integer('n', { min: 1, max: 60 }))).toBe(expected);
});

test.each([
  ['', undefined],
  ...['Y', 'y', 'yes', '1', 'true', 'TRUE', 'on'].map(text => [`n=${text}`, true] as const),
  ...['N', 'no', '0', 'false', 'off'].map(text => [`n=${text}`, false] as const),
  ['n=', '422n: Must be Y or N'],
  ['n=maybe', '422n: Must be Y or N'],
] as const)('flag n of "%s": %s', (query, expected) => {
  expect(refusal(() => read(query).flag('n'))).toBe(expected);
});

test('one of several words', () => {
  expect(read('schedule=RR').choice('schedule', ['rr', 'wrr'])).toBe('rr');
  expect(read('').choice('schedule', ['rr'])).toBeUndefined();
  expect(refusal(() => read('schedule=x').choice('schedule', ['rr', 'wrr']))).toBe(
    '422schedule: Must be one of rr, wrr',
  );
});

test.each([
  ['a=1&A=2', '422A: Given more than once'],
  ['a=%0d%0a', '422a: Line breaks and control characters are not allowed'],
  ['a=%00', '422a: Line breaks and control characters are not allowed'],
  ['a=%E2%80%A8', '422a: Line breaks and control characters are not allowed'],
  ['a=%C3', '422a: Not valid UTF-8'],
  [`a=${'x'.repeat(4097)}`, '422a: Longer than 4096 characters'],
  [`CertFile=${'x'.repeat(8100)}`, '422CertFile: Longer than 8099 characters'],
  ['a%0ab=1', '422A parameter has a name that no command takes'],
  ['=1', '422A parameter has a name that no command takes'],
  [`${'a'.repeat(65)}=1`, '422A parameter has a name that no command takes'],
])('%j is refused: %s', (query, expected) => {
  expect(refusal(() => read(query))).toBe(expected);
});

test('a value of 4,096 characters is taken, and so many names of certificates as a LoadMaster takes', () => {
  expect(read(`certfile=${'x'.repeat(8099)}`).text('CertFile')).toHaveLength(8099);
  expect(read(`a=${'x'.repeat(4096)}`).text('a')).toHaveLength(4096);
});
