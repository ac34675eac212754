import { expect, test } from 'vitest';
import { troublesOf } from './ca-troubles.js';

test("the CA's problem, by name, with a remedy for its type", () => {
  const lastError = { message: 'No.', at: '2026-11-21T20:00:00Z', attempts: 1, problem: null };
  const subproblem = (identifier: string, type: string, detail: string | null) => ({
    identifier,
    type: `urn:ietf:params:acme:error:${type}`,
    detail,
  });
  const problem = {
    type: 'urn:ietf:params:acme:error:compound',
    detail: 'Several.',
    subproblems: [subproblem('a.example', 'connection', 'Refused.'), subproblem('b.example', 'odd', null)],
  };
  expect(troublesOf({ lastError: { ...lastError, problem } })).toEqual([
    { name: 'a.example', type: 'connection', detail: 'Refused.', remedy: expect.stringContaining('port 80') },
    { name: 'b.example', type: 'odd', detail: 'odd', remedy: expect.stringContaining('try again') },
  ]);
  expect(troublesOf({ lastError: { ...lastError, problem: { ...problem, subproblems: [] } } })).toMatchObject([
    { name: null, detail: 'Several.' },
  ]);
  expect(troublesOf({ lastError })).toEqual([]);
});
