import { expect, test } from 'vitest';
import type { PreflightFinding } from './resources/preflight.js';
import type { SolverFindings } from './resources/solver.js';
import { solverVerdict } from './solver-verdict.js';

const found = (facts: Partial<SolverFindings>): SolverFindings => ({
  ...{ zones: null, record: null, answers: null, byPerson: false },
  ...facts,
});
const answer = (name: string | null, result: PreflightFinding['result']): PreflightFinding => ({
  ...{ check: 'http-01', message: 'It was looked for.', remedy: null, solver: null },
  ...{ name, result },
});
const here = answer(null, 'ok');

test.each<[SolverFindings, string, string]>([
  [found({ zones: ['example.com'] }), 'good', 'It works'],
  [found({ zones: [] }), 'attention', 'It answers, but sees no zone'],
  [found({ byPerson: true }), 'off', 'Nobody was asked: a person presents'],
  [found({ answers: [here] }), 'good', 'It works'],
  [found({ answers: [answer(null, 'warning')] }), 'bad', 'It does not answer'],
  [found({ answers: [here, answer('www', 'ok')] }), 'good', 'It works'],
  [found({ answers: [here, answer('www', 'warning')] }), 'attention', 'It answers, but not for www'],
  [found({ answers: [here, answer('www', 'unknown')] }), 'attention', 'It answers; of www nobody can tell'],
])('%j is %s: %s', (findings, standing, text) => {
  expect(solverVerdict(findings)).toEqual({ standing, text });
});
