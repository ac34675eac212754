import type { Identifier, PreflightFinding } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { type Answer, answerFor, answerForAll, choicesFor, suggestionFor, withKnown } from './proof.js';

const solvers = [
  { name: 'vs-1', type: 'virtual-service', enabled: true, config: {} },
  { name: 'dns', type: 'rfc2136', enabled: true, config: {} },
  { name: 'old', type: 'rfc2136', enabled: false, config: {} },
  { name: 'hand', type: 'manual', enabled: true, config: { prefer: 'dns-01' } },
].map(solver => ({ ...solver, proves: { domains: 0, policies: 0 } }));
const plugins = [
  { type: 'virtual-service', challengeTypes: ['http-01' as const] },
  { type: 'rfc2136', challengeTypes: ['dns-01' as const] },
  { type: 'manual', challengeTypes: ['http-01' as const, 'dns-01' as const] },
];

test.each<[string, Identifier, Record<string, string>]>([
  ['a name', { type: 'dns', value: 'a.example' }, { 'vs-1': 'http-01', dns: 'dns-01', hand: 'dns-01' }],
  ['a wildcard', { type: 'dns', value: '*.a.example' }, { dns: 'dns-01', hand: 'dns-01' }],
  ['an address', { type: 'ip', value: '192.0.2.7' }, { 'vs-1': 'http-01', hand: 'http-01' }],
])('%s can be proven by those whose challenges suit it', (_, identifier, expected) => {
  const possible = choicesFor(identifier, solvers, plugins).filter(({ isPossible }) => isPossible);
  expect(Object.fromEntries(possible.map(({ solver, about }) => [solver, about.split(', ')[1]]))).toEqual(expected);
});

test("those that can't say why", () => {
  const [service, , old] = choicesFor({ type: 'dns', value: '*.a.example' }, solvers, plugins);
  expect([service?.about, old?.about]).toEqual(['virtual-service: not for wildcards', 'rfc2136, disabled']);
});

test('the answer for a name is the worst of what is said of it; the rest is about all', () => {
  const found = (name: string | null, check: PreflightFinding['check'], result: PreflightFinding['result']) => ({
    ...{ check, name, result, remedy: null, solver: null },
    message: `${check} ${result}`,
  });
  const findings = [
    found('a.example', 'caa', 'refused'),
    found(null, 'limits', 'warning'),
    found('a.example', 'solver', 'ok'),
    found('b.example', 'solver', 'ok'),
  ];
  expect(answerFor('a.example', findings)).toMatchObject({
    result: 'refused',
    proof: 'solver ok',
    troubles: [{ message: 'caa refused' }],
  });
  expect(answerFor('b.example', findings)).toMatchObject({ result: 'ok', troubles: [] });
  expect(answerFor('c.example', findings)).toBeNull();
  expect(answerForAll(['a.example'], findings)).toMatchObject({ result: 'warning' });
  const shared = [found('a.example', 'dns-01', 'refused'), found('b.example', 'dns-01', 'refused')];
  expect(answerForAll([], shared)?.troubles).toMatchObject([{ names: ['a.example', 'b.example'] }]);
});

const unproven: Answer = { result: 'refused', proof: null, nearer: null, troubles: [] };
test.each<[string, Answer | null, Identifier, string[], string | null]>([
  ['the only one that can', unproven, { type: 'dns', value: '*.a.example' }, [], 'dns'],
  ['of several, what proves the others', unproven, { type: 'dns', value: 'a.example' }, ['dns', 'vs-1', 'dns'], 'dns'],
  ['of several, none is in use', unproven, { type: 'dns', value: 'a.example' }, [], null],
  ['what is in use can not prove it', unproven, { type: 'dns', value: '*.a.example' }, ['vs-1'], 'dns'],
  ['where it leads', { ...unproven, nearer: 'vs-1' }, { type: 'dns', value: 'a.example' }, ['dns'], 'vs-1'],
  [
    'where it leads, though something else would prove it',
    { ...unproven, proof: 'Proven.', nearer: 'vs-1' },
    { type: 'dns', value: 'a.example' },
    [],
    'vs-1',
  ],
  ['it is proven', { ...unproven, proof: 'Proven.' }, { type: 'dns', value: '*.a.example' }, [], null],
  ['nobody has looked yet', null, { type: 'dns', value: '*.a.example' }, [], null],
])('a suggestion: %s', (_, answer, identifier, inUse, expected) => {
  const automatic = solvers.filter(({ name }) => name !== 'hand');
  expect(suggestionFor(answer, choicesFor(identifier, automatic, plugins), inUse)).toBe(expected);
});

test('of several, none is in use: the one that most domains and policies are bound to', () => {
  const bound = solvers.map(solver =>
    solver.name === 'dns' ? { ...solver, proves: { domains: 2, policies: 0 } } : solver,
  );
  const choices = choicesFor({ type: 'dns', value: 'a.example' }, bound, plugins);
  expect(suggestionFor(unproven, choices, [])).toBe('dns');
  expect(suggestionFor(unproven, choices, ['vs-1'])).toBe('vs-1');
  // Of more than are compared, none is known to be bound to most.
  expect(suggestionFor(unproven, choices, [], false)).toBeNull();
  expect(suggestionFor(unproven, choices, ['vs-1'], false)).toBe('vs-1');
});

test('what is known at once takes the place of what was known before, and of nothing else', () => {
  const found = (check: PreflightFinding['check'], message: string) => ({
    ...{ check, name: 'a.example', result: 'ok' as const, remedy: null, solver: null },
    message,
  });
  const before = [found('solver', 'by vs-1'), found('dns-01', 'has the zone')];
  expect(withKnown(before, [found('solver', 'by dns')]).map(({ message }) => message)).toEqual([
    'by dns',
    'has the zone',
  ]);
  expect(withKnown(before, [])).toEqual(before);
});
