import { describe, expect, test } from 'vitest';
import {
  ACME_ERROR_NAMES,
  ACME_ERROR_PREFIX,
  AcmeProblem,
  AcmeTransportError,
  parseProblemDocument,
  REMEDIES,
} from './problem.js';

const attempted = { operation: 'newOrder', url: 'https://ca.example/new-order' };

test('every error name has a remedy that is a sentence', () => {
  expect(Object.keys(REMEDIES).sort()).toEqual([...ACME_ERROR_NAMES].sort());
  for (const remedy of Object.values(REMEDIES)) expect(remedy).toMatch(/^[A-Z].*\.$/);
});

describe('a message', () => {
  test('says what was tried, what came back, which name is at fault and what to do', () => {
    const problem = new AcmeProblem(
      attempted,
      {
        type: `${ACME_ERROR_PREFIX}rejectedIdentifier`,
        detail: 'Some names cannot be issued',
        subproblems: [
          {
            type: `${ACME_ERROR_PREFIX}rejectedIdentifier`,
            detail: 'Policy forbids it',
            identifier: { type: 'dns', value: 'bad.example' },
          },
        ],
      },
      { status: 400 },
    );
    expect(problem.message).toBe(
      'newOrder (https://ca.example/new-order) failed: 400 rejectedIdentifier: Some names cannot be issued ' +
        '[bad.example: rejectedIdentifier, Policy forbids it]. The CA does not issue for this identifier: ' +
        'remove it from the order, or choose another CA.',
    );
    expect(problem.identifiers).toEqual([{ type: 'dns', value: 'bad.example' }]);
  });

  test('of a CA cannot break a line in our log, nor fill it', () => {
    const detail = `evil\r\n\u001b[2J2026-11-21 all is well\u2028${'x'.repeat(10_000)}`;
    const { message } = new AcmeProblem(attempted, { type: 'about:blank', detail }, { status: 500 });
    expect(message).toMatch(/^newOrder .* failed: 500: evil \[2J2026-11-21 all is well x+…$/);
    expect(message.length).toBeLessThan(700);
  });

  test('of a transport error keeps its cause', () => {
    const cause = new Error('ECONNRESET');
    const error = new AcmeTransportError(attempted, 'reset', 'ECONNRESET. Ask again.', cause);
    expect(error).toMatchObject({ cause, failure: 'reset', operation: 'newOrder' });
    expect(error.message).toBe('newOrder (https://ca.example/new-order) got no answer: ECONNRESET. Ask again.');
  });
});

describe('a problem document', () => {
  test.each<[string, unknown, unknown]>([
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['a string', 'no', undefined],
    ['a list', [], undefined],
    ['without a type (RFC 9457 §3.1.1)', { detail: 'no' }, { type: 'about:blank', detail: 'no' }],
    ['with members of the wrong type', { type: 1, detail: {}, status: '4', subproblems: 'x' }, { type: 'about:blank' }],
    [
      'with a subproblem that is none',
      { type: 't', subproblems: [null, { detail: 'x', identifier: { type: 'email', value: 'a' } }] },
      { type: 't', subproblems: [{ type: 'about:blank', detail: 'x' }] },
    ],
  ])('%s', (_, value, expected) => {
    expect(parseProblemDocument(value)).toEqual(expected);
  });

  test('survives being stored', () => {
    const document = {
      type: `${ACME_ERROR_PREFIX}unauthorized`,
      status: 403,
      detail: 'no',
      subproblems: [{ type: 't', identifier: { type: 'dns' as const, value: 'a.example' } }],
    };
    const stored = JSON.parse(JSON.stringify(new AcmeProblem(attempted, document).toDocument()));
    expect(new AcmeProblem(attempted, stored).toDocument()).toEqual(document);
  });
});

test.each([
  [`${ACME_ERROR_PREFIX}badNonce`, 'badNonce'],
  [`${ACME_ERROR_PREFIX}inventedTomorrow`, undefined],
  ['about:blank', undefined],
  ['toString', undefined],
])('the name of %s is %s', (type, name) => {
  expect(new AcmeProblem(attempted, { type }).errorName).toBe(name);
});
