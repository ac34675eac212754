import { type ErrorCode, errorCatalogue, Problem } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { DomainError } from '../domain/errors.js';
import { renderProblem, TooManyAttempts } from './problem.js';

test.each(Object.keys(errorCatalogue) as ErrorCode[])('%s is rendered from the catalogue', code => {
  const { problem } = renderProblem(new DomainError(code, 'What was tried, and what to do.'));
  expect(Problem.parse(problem)).toEqual({
    type: `urn:certfleet:error:${code}`,
    code,
    detail: 'What was tried, and what to do.',
    ...errorCatalogue[code],
  });
});

test('a domain error names the fields at fault', () => {
  const fields = [{ path: 'identifiers.1', message: 'Asked for twice.' }];
  expect(renderProblem(new DomainError('invalid-identifier', 'x', { fields })).problem.errors).toEqual(fields);
});

test("zod's faults become paths as in the JSON, all at once", () => {
  const schema = z.object({ port: z.int().max(65535), names: z.array(z.string().min(1, 'Must not be empty.')) });
  const { error } = schema.safeParse({ port: 99999, names: ['a', ''] });
  const { problem, defect } = renderProblem(error);
  expect(problem).toMatchObject({ status: 400, code: 'invalid-input' });
  expect(problem.errors).toEqual([
    { path: 'port', message: expect.stringContaining('65535') },
    { path: 'names.1', message: 'Must not be empty.' },
  ]);
  expect(problem.detail).toContain('names.1: Must not be empty.');
  expect(defect).toBe(false);
});

test.each<[string, unknown]>([
  ['an error', new TypeError('select * from user where password_hash = secret')],
  ['an error with a status of its own', Object.assign(new Error('secret'), { statusCode: 500 })],
  ['an error with a client status that is not the parser', Object.assign(new Error('secret'), { statusCode: 404 })],
  ['something that is no error', 'secret'],
])('%s is a defect: 500, logged, and nothing of it goes out', (_, error) => {
  const { problem, defect } = renderProblem(error);
  expect(problem).toMatchObject({ status: 500, code: 'internal' });
  expect(JSON.stringify(problem)).not.toContain('secret');
  expect(defect).toBe(true);
});

test('too many attempts say when to try again', () => {
  expect(renderProblem(new TooManyAttempts('Wait.', 8))).toMatchObject({ problem: { status: 429 }, retryAfter: 8 });
});

test('a domain error of code internal is a defect too', () => {
  expect(renderProblem(new DomainError('internal', 'x')).defect).toBe(true);
});
