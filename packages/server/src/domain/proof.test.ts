import type { ChallengeType } from '@certfleet/plugins';
import { describe, expect, test } from 'vitest';
import { parseIdentifier } from './identifiers.js';
import {
  challengeFault,
  chooseProof,
  chooseSolver,
  type DomainBinding,
  explainChoice,
  type ProofRules,
} from './proof.js';

const domains: DomainBinding[] = [
  { pattern: '.example.com', solver: 'suffix' },
  { pattern: 'www.example.com', solver: 'exact' },
  { pattern: '.deep.example.com', solver: 'longer-suffix' },
  { pattern: '*.wild.example', solver: 'wild' },
  { pattern: '192.0.2.7', solver: 'address' },
];
const all: ProofRules = { own: 'own', domains, policyDefault: 'default' };
const withoutOwn: ProofRules = { ...all, own: null };

describe('which solver proves a name, and why', () => {
  test.each<[string, string, ProofRules, string | null, string | null]>([
    [
      'set on the certificate: before all',
      'www.example.com',
      all,
      'own',
      'the certificate names it for this identifier',
    ],
    ['the exact domain', 'www.example.com', withoutOwn, 'exact', 'it is bound to the domain www.example.com'],
    ['a suffix', 'a.b.example.com', withoutOwn, 'suffix', 'it is bound to .example.com, the longest suffix that fits'],
    [
      'the longest suffix',
      'x.deep.example.com',
      withoutOwn,
      'longer-suffix',
      'it is bound to .deep.example.com, the longest suffix that fits',
    ],
    [
      'a suffix counts for the name itself',
      'example.com',
      withoutOwn,
      'suffix',
      'it is bound to .example.com, the longest suffix that fits',
    ],
    [
      'a suffix counts for the wildcard',
      '*.example.com',
      withoutOwn,
      'suffix',
      'it is bound to .example.com, the longest suffix that fits',
    ],
    ['an exact wildcard', '*.wild.example', withoutOwn, 'wild', 'it is bound to the domain *.wild.example'],
    ['a wildcard is not the names below it', 'a.wild.example', withoutOwn, 'default', "it is the policy's default"],
    [
      'an exact domain is not what is below it',
      'a.www.example.net',
      withoutOwn,
      'default',
      "it is the policy's default",
    ],
    ['a suffix ends at a dot', 'notexample.com', withoutOwn, 'default', "it is the policy's default"],
    ['an IP address', '192.0.2.7', withoutOwn, 'address', 'it is bound to the domain 192.0.2.7'],
    ['nothing but the default', 'www.example.net', withoutOwn, 'default', "it is the policy's default"],
    ['nothing at all', 'www.example.net', { own: null, domains, policyDefault: null }, null, null],
  ])('%s', (_, typed, rules, solver, because) => {
    const choice = chooseSolver(parseIdentifier(typed), rules);
    expect(choice?.solver ?? null).toBe(solver);
    expect(choice && explainChoice(choice)).toBe(because);
  });

  test('the order in which domains are listed does not matter', () => {
    const reversed = { ...withoutOwn, domains: domains.toReversed() };
    for (const typed of ['www.example.com', 'x.deep.example.com', '*.example.com']) {
      const identifier = parseIdentifier(typed);
      expect(chooseSolver(identifier, reversed)).toEqual(chooseSolver(identifier, withoutOwn));
    }
  });
});

test.each<[string, ChallengeType, string | null]>([
  ['www.example.com', 'http-01', null],
  ['www.example.com', 'dns-01', null],
  ['www.example.com', 'tls-alpn-01', null],
  ['*.example.com', 'dns-01', null],
  ['*.example.com', 'http-01', 'is a wildcard, which http-01 cannot prove: use dns-01'],
  ['*.example.com', 'tls-alpn-01', 'is a wildcard, which tls-alpn-01 cannot prove: use dns-01'],
  ['192.0.2.7', 'http-01', null],
  ['192.0.2.7', 'tls-alpn-01', null],
  ['2001:db8::1', 'dns-01', 'is an IP address, which dns-01 cannot prove: use http-01 or tls-alpn-01'],
])('%s by %s: %s', (typed, type, fault) => {
  expect(challengeFault(parseIdentifier(typed), type)).toBe(fault);
});

const solverWith =
  (challengeTypes: ChallengeType[], enabled = true, disabledService: number | null = null) =>
  () => ({ name: 'dns1', enabled, disabledService, challengeTypes });

test('a disabled solver proves nothing, and no other one takes its place', () => {
  const choose = () => chooseProof(parseIdentifier('x.deep.example.com'), withoutOwn, solverWith(['dns-01'], false));
  expect(choose).toThrow(
    expect.objectContaining({
      code: 'unprovable',
      message:
        'The solver dns1, which proves x.deep.example.com, is disabled. It was chosen because it is bound to .deep.example.com, the longest suffix that fits. Enable it, or choose another one.',
    }),
  );
});

test('nor does the solver of a disabled virtual service', () => {
  const choose = () => chooseProof(parseIdentifier('x.deep.example.com'), withoutOwn, solverWith(['http-01'], true, 3));
  expect(choose).toThrow(
    expect.objectContaining({
      code: 'unprovable',
      message:
        "Virtual service 3 is disabled, so its solver dns1 can't prove x.deep.example.com. It was chosen because it is bound to .deep.example.com, the longest suffix that fits. Enable the virtual service, or choose another solver.",
    }),
  );
});

describe('the type of challenge', () => {
  const byDefault: ProofRules = { own: null, domains: [], policyDefault: 's' };

  test.each<[string, ChallengeType[], ChallengeType]>([
    ['www.example.com', ['http-01', 'dns-01'], 'http-01'],
    ['www.example.com', ['dns-01', 'http-01'], 'dns-01'],
    ['*.example.com', ['http-01', 'dns-01'], 'dns-01'],
    ['192.0.2.7', ['dns-01', 'tls-alpn-01'], 'tls-alpn-01'],
  ])('%s, of %j: %s', (typed, types, challengeType) => {
    expect(chooseProof(parseIdentifier(typed), byDefault, solverWith(types))).toEqual({
      choice: { solver: 's', reason: 'policy' },
      challengeType,
    });
  });

  test.each<[string, string, ProofRules, ChallengeType[], string]>([
    [
      'no solver',
      'www.example.com',
      { own: null, domains: [], policyDefault: null },
      [],
      'Nothing is configured to prove www.example.com: name a solver for it, bind one to its domain or a suffix, or give the policy a default solver.',
    ],
    [
      'a wildcard with http-01',
      '*.example.com',
      withoutOwn,
      ['http-01'],
      '*.example.com is a wildcard, which http-01 cannot prove: use dns-01. Its solver was chosen because it is bound to .example.com, the longest suffix that fits.',
    ],
    [
      'an IP address with dns-01',
      '192.0.2.7',
      byDefault,
      ['dns-01'],
      "192.0.2.7 is an IP address, which dns-01 cannot prove: use http-01 or tls-alpn-01. Its solver was chosen because it is the policy's default.",
    ],
  ])('%s: refused, with what to do', (_, typed, rules, types, message) => {
    expect(() => chooseProof(parseIdentifier(typed), rules, solverWith(types))).toThrow(
      expect.objectContaining({ code: 'unprovable', message }),
    );
  });
});
