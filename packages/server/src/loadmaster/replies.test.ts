import { describe, expect, test } from 'vitest';
import type { Data } from './command.js';
import { jsonError, jsonSuccess } from './json.js';
import { xmlError, xmlSuccess } from './xml.js';

const xml = (inner: string) =>
  `<?xml version="1.0" encoding="ISO-8859-1"?>\n<Response stat="200" code="ok"><Success>${inner}</Success></Response>\n`;

describe('XML', () => {
  test.each<[string, Data, string]>([
    ['nothing', {}, '<Data/>'],
    [
      'text, numbers and booleans',
      { Name: 'a', Index: 1, Enable: true, Off: false },
      '<Data><Name>a</Name><Index>1</Index><Enable>Y</Enable><Off>N</Off></Data>',
    ],
    ['an empty value', { ErrorUrl: '' }, '<Data><ErrorUrl/></Data>'],
    ['what is not there', { ErrorUrl: undefined, Index: 0 }, '<Data><Index>0</Index></Data>'],
    [
      'a list repeats its element',
      { VS: [{ Index: 1 }, { Index: 2 }] },
      '<Data><VS><Index>1</Index></VS><VS><Index>2</Index></VS></Data>',
    ],
    ['an empty list', { VS: [] }, '<Data/>'],
    [
      'objects in objects',
      { commands: { cmd: ['a', 'b'] } },
      '<Data><commands><cmd>a</cmd><cmd>b</cmd></commands></Data>',
    ],
    ['markup', { a: `<b a="1" c='2'>&amp;` }, '<Data><a>&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;amp;</a></Data>'],
    ['what is outside ASCII', { a: 'é €😀' }, '<Data><a>&#233; &#8364;&#128512;</a></Data>'],
    ['line breaks', { a: 'b\r\nc\td' }, '<Data><a>b&#13;\nc\td</a></Data>'],
    [
      'what XML has no place for',
      { a: '\u0000\u001b\ufffe\ud800x\u007f\u0085' },
      '<Data><a>&#65533;&#65533;&#65533;&#65533;x&#127;&#133;</a></Data>',
    ],
  ])('%s', (_, data, expected) => {
    expect(xmlSuccess({ data })).toBe(xml(expected));
  });

  test('a message and an error are escaped too', () => {
    expect(xmlSuccess({ message: 'a < b' })).toBe(xml('a &#60; b'));
    expect(xmlError(422, '</Error>')).toContain(
      '<Response stat="422" code="fail"><Error>&#60;/Error&#62;</Error></Response>',
    );
  });

  test("a field that can't be an element is a defect", () => {
    expect(() => xmlSuccess({ data: { 'a b': 1 } })).toThrow(TypeError);
  });
});

describe('JSON', () => {
  test.each<[string, Parameters<typeof jsonSuccess>[0], string]>([
    ['a message', { message: 'ok' }, '{"code":200,"message":"ok","status":"ok"}'],
    [
      "status after a virtual service's Status",
      { data: { Status: 'Up', Index: 5, Enable: true, VSPort: '80', Rs: [] } },
      '{"code":200,"Status":"Up","Index":5,"Enable":true,"VSPort":"80","Rs":[],"status":"ok"}',
    ],
    ['a message with data', { message: 'ok', data: { Rs: [] } }, '{"code":200,"message":"ok","Rs":[],"status":"ok"}'],
    [
      'data twice, for clients that look under Data',
      { data: { Type: 'rsa' }, underData: true },
      '{"code":200,"Type":"rsa","Data":{"Type":"rsa"},"status":"ok"}',
    ],
    ['what is outside ASCII', { data: { a: '€' } }, '{"code":200,"a":"€","status":"ok"}'],
  ])('%s', (_, content, expected) => {
    expect(jsonSuccess(content)).toBe(`${expected}\n`);
  });

  test('an error', () => {
    expect(jsonError(422, 'Unknown VS')).toBe('{"code":422,"message":"Unknown VS","status":"fail"}\n');
  });

  test.each(['code', 'message', 'status'])("a field named %s is a defect: the envelope's would be lost", field => {
    expect(() => jsonSuccess({ data: { [field]: 'x' } })).toThrow(TypeError);
  });
});
