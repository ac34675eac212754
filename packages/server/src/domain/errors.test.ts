import { errorCatalogue } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { DomainError, unreachable } from './errors.js';

test("an error carries its code's status, title and remedy, its cause and its culprits", () => {
  const cause = new Error('NXDOMAIN');
  const fields = [{ path: 'identifiers.1', message: 'b.example.com is asked for twice.' }];
  const error = new DomainError('invalid-identifier', 'One of 2 names cannot be certified.', { cause, fields });
  expect(error).toMatchObject({
    name: 'DomainError',
    code: 'invalid-identifier',
    message: 'One of 2 names cannot be certified.',
    fields,
    cause,
    ...errorCatalogue['invalid-identifier'],
  });
});

test('without a cause there is none', () => {
  expect(new DomainError('not-found', 'No certificate "web".')).not.toHaveProperty('cause');
});

test('a case that the types did not foresee is named', () => {
  expect(() => unreachable('paused' as never)).toThrow('A case that the code does not know: "paused"');
});
