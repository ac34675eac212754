import { expect, test } from 'vitest';
import { linksOf } from './transport.js';

const reply = (link: string | string[] | undefined) => ({
  url: 'https://ca.example/cert/1',
  status: 200,
  headers: { link },
  body: Buffer.alloc(0),
});

test.each<[string, string | string[] | undefined, string[]]>([
  ['no header', undefined, []],
  ['one', '<https://ca.example/cert/1/1>;rel="alternate"', ['https://ca.example/cert/1/1']],
  ['without quotes, with white space', '<https://ca.example/a> ; rel=alternate', ['https://ca.example/a']],
  [
    'several headers',
    ['<https://ca.example/directory>;rel="index"', '<https://ca.example/a>;rel="alternate"', '</b>;rel="alternate"'],
    ['https://ca.example/a', 'https://ca.example/b'],
  ],
  [
    'several in one header',
    '<https://ca.example/directory>;rel="index", <https://ca.example/a>;title="x, y";rel="alternate"',
    ['https://ca.example/a'],
  ],
  ['several relations in one', '<https://ca.example/a>;rel="up alternate"', ['https://ca.example/a']],
  ['another relation', '<https://ca.example/a>;rel="up"', []],
  ['the relation as another parameter', '<https://ca.example/a>;title="alternate"', []],
  ['no URL', '<https://[>;rel="alternate"', []],
])('links: %s', (_, link, expected) => {
  expect(linksOf(reply(link), 'alternate')).toEqual(expected);
});
