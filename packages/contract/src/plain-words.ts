import { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with fields',
  record: 'an object with fields',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  url: 'a URL, such as https://www.example.com/',
  datetime: 'a moment, such as 2027-03-04T02:11:00Z',
  date: 'a day, such as 2027-03-04',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  base64: 'base64',
};

/**
 * What is wrong with an input, in words for whoever has typed it: Zod's own are for programmers. A schema that says it
 * itself goes first. Undefined: nothing better is known.
 */
function inPlainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'Is missing.' : mustBe(kinds[issue.expected]);
    case 'invalid_format':
      return mustBe(formats[issue.format]);
    case 'invalid_value':
      return issue.input === undefined ? 'Is missing.' : oneOf(issue.values);
    case 'invalid_union':
      return unionText(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return `At most ${counted(issue.maximum, issue.origin)}.`;
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}.`;
    case 'unrecognized_keys':
      return `There is no such field: ${issue.keys.join(', ')}.`;
    default:
      return undefined;
  }
}

function mustBe(what: string | undefined): string | undefined {
  return what && `Must be ${what}.`;
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.map(value => (typeof value === 'string' ? value : JSON.stringify(value)));
  return shown.length === 1 ? `Must be ${shown[0]}.` : `Must be one of ${shown.join(', ')}.`;
}

function unionText({ input, discriminator, options }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if (input === undefined) return 'Is missing.';
  if (discriminator === undefined || options === undefined) return 'Is none of the forms that it may have.';
  const kind = (input as Record<string, unknown>)[discriminator];
  return kind === undefined ? 'Is missing.' : oneOf(options as readonly unknown[]);
}

function tooSmall({ minimum, origin, inclusive }: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string {
  if (origin === 'string' && minimum === 1) return 'Must not be empty.';
  return `${inclusive === false ? 'More than' : 'At least'} ${counted(minimum, origin)}.`;
}

/** `12 characters`, `1 entry`, `443`. */
function counted(count: number | bigint, origin: string): string {
  const isOne = Number(count) === 1;
  switch (origin) {
    case 'string':
      return `${count} character${isOne ? '' : 's'}`;
    case 'array':
      return isOne ? '1 entry' : `${count} entries`;
    default:
      return String(count);
  }
}

z.config({ customError: inPlainWords });
