import { expect, test } from 'vitest';
import { csvLine } from './csv.js';

test.each([
  ['a, b', '"a, b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['a=b', 'a=b'],
])('%j is written as %j', (text, written) => {
  expect(csvLine(['1', text, ''])).toBe(`1,${written},\r\n`);
});
