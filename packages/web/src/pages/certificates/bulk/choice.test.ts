import { mostNamed } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { allMatching, type Choice, canToggle, isChosen, noChoice, selectionOf, toggled } from './choice.js';

const after = (choice: Choice, ...names: string[]) => names.reduce(toggled, choice);

test.each<[string, Choice, object | null]>([
  ['nothing', noChoice, null],
  ['two by name', after(noChoice, 'a', 'b'), { certificates: ['a', 'b'] }],
  ['one that was let go again', after(noChoice, 'a', 'b', 'a'), { certificates: ['b'] }],
  ['the last one let go', after(noChoice, 'a', 'a'), null],
  ['all that match', allMatching({ health: 'due' }), { filter: { health: 'due' } }],
  ['all there are', allMatching({}), { filter: {} }],
  ['all but one', after(allMatching({}), 'a'), { filter: {}, except: ['a'] }],
  ['all but one that was taken in again', after(allMatching({}), 'a', 'a'), { filter: {} }],
])('%s is told to the server', (_, choice, selection) => {
  expect(selectionOf(choice)).toEqual(selection);
});

test('of all that match, those are chosen that were not left out', () => {
  const choice = after(allMatching({}), 'a');
  expect(['a', 'b'].map(name => isChosen(choice, name))).toEqual([false, true]);
  expect(['a', 'b'].map(name => isChosen(after(noChoice, 'a'), name))).toEqual([true, false]);
});

test.each([
  ['chosen', noChoice],
  ['left out', allMatching({})],
])('no more are %s by name than the server takes', (_, none) => {
  const names = Array.from({ length: mostNamed }, (_, at) => `c${at}`);
  const full = after(none, ...names);
  expect([canToggle(full, 'another'), canToggle(full, 'c7')]).toEqual([false, true]);
  expect(toggled(full, 'another')).toBe(full);
  expect(isChosen(toggled(full, 'c7'), 'c7')).toBe(isChosen(none, 'c7'));
});
