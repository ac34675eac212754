import { describe, expect, test } from 'vitest';
import { quoteText, unquoteText } from './character-strings.js';

describe('TXT values in presentation format', () => {
  test.each([
    ['abc', '"abc"'],
    ['', '""'],
    ['a "b" \\c', '"a \\"b\\" \\\\c"'],
    ['ü', '"\\195\\188"'],
    ['x'.repeat(256), `"${'x'.repeat(255)}" "x"`],
  ])('%j', (value, quoted) => {
    expect(quoteText(value)).toBe(quoted);
    expect(unquoteText(quoted)).toBe(value);
  });

  test.each([
    ['as it is', 'as it is'],
    ['"two" "strings"', 'twostrings'],
    ['"a\\b"', 'ab'],
  ])('reads %j', (text, value) => expect(unquoteText(text)).toBe(value));
});
