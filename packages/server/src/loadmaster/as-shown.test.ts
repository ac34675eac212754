import { expect, test } from 'vitest';
import { isAsShown, refuseOther } from './as-shown.js';
import type { Data } from './command.js';
import { Parameters } from './parameters.js';

const server: Data = { Status: 'Up', RsIndex: 1, Addr: '10.0.0.1', Enable: true, Critical: false, MatchRules: [] };

test.each<[string, unknown, Data[string], boolean]>([
  ['the same number', 5, 5, true],
  ['the same number as text', '5', 5, true],
  ['another number', 6, 5, false],
  ['the same text', 'tcp', 'tcp', true],
  ['text in other letters', 'API', 'api', false],
  ['a boolean', true, true, true],
  ['a boolean in letters', 'Y', true, true],
  ['another boolean', 'N', true, false],
  ['no value', null, 5, true],
  ['nothing where nothing is shown', 0, undefined, true],
  ['an empty list where nothing is shown', [], undefined, true],
  ['something where nothing is shown', 'x', undefined, false],
  ['an empty list', [], [], true],
  ['a list', ['a', 'b'], ['a', 'b'], true],
  ['a list in another order', ['b', 'a'], ['a', 'b'], false],
  ['a shorter list', [], ['a'], false],
  ['the one of a list, as a client reads it from XML', 'a', ['a'], true],
  ['an object', { ...server }, server, true],
  ['an object whose state was another', { ...server, Status: 'Down' }, server, true],
  ['an object in other letters, with fields that are not set', { rsindex: 1, Follow: 0, Note: '' }, server, true],
  ['an object with something else', { ...server, Enable: false }, server, false],
  ['an object with something more', { ...server, Colour: 'red' }, server, false],
  ['objects in a list', [{ ...server, MatchRules: null }], [server], true],
  ['text for an object', 'x', server, false],
  ['a list for a number', [5], 5, false],
])('%s', (_, sent, shown, same) => {
  expect(isAsShown(sent, shown)).toBe(same);
});

test.each<[string, string | object, string | null]>([
  ['Index', ' 5 ', null],
  ['Index', '6', "Index: Can't be set: it is 5"],
  ['Protocol', 'TCP', null],
  ['Rs', [], null],
  ['Rs', [{ Addr: '10.0.0.1' }], "Rs: Can't be set here: addrs adds them"],
  ['Status', 'down', null],
  ['Status', 'perhaps', "Status: Can't be set, and is never that: it is one of Up, Down"],
  ['Status', ['Up'], 'Status: Must be text, a number or a boolean'],
])('%s sent as %j', (name, value, message) => {
  const fields = [
    ...[{ name: 'Index' }, { name: 'Protocol' }, { name: 'Rs', instead: 'addrs adds them' }],
    { name: 'Status', reports: ['Up', 'Down'] },
  ];
  const refuse = () =>
    refuseOther(new Parameters([[name, value as string]]), { Index: 5, Protocol: 'tcp', Rs: [] }, fields);
  if (message === null) expect(refuse()).toBeUndefined();
  else expect(refuse).toThrow(message);
});
