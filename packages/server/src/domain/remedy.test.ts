import type { CaProblem } from '@certfleet/contract';
import { expect, test } from 'vitest';
import { remedyFor, type Trouble } from './remedy.js';

const said = (type: string, ...parts: string[]): CaProblem => ({
  type: `urn:ietf:params:acme:error:${type}`,
  detail: null,
  subproblems: parts.map(part => ({
    identifier: 'www.example.com',
    type: `urn:ietf:params:acme:error:${part}`,
    detail: null,
  })),
});
const failing = (problem: CaProblem | null, health: 'failing' | 'needs-person' = 'failing'): Trouble => ({
  ...{ health, imported: false, byHand: false, error: 'validate failed.\nFailed once', problem },
});

test.each<[string, Trouble, string, string]>([
  ['challenges by hand', { ...failing(null, 'needs-person'), byHand: true } as Trouble, 'challenges', 'verified'],
  ['what only people can mend', failing(null, 'needs-person'), 'renew', 'Change what'],
  ['what may pass', failing(null), 'renew', 'tried again by itself'],
  ['a CA that finds no address', failing(said('dns')), 'preflight', 'DNS records'],
  ['a cause that a subproblem names', failing(said('compound', 'caa')), 'preflight', 'CAA records'],
  ['an error of another CA’s own', failing(said('urn:example:odd')), 'renew', 'tried again'],
  [
    'imported, and ending soon',
    { ...failing(null, 'needs-person'), imported: true } as Trouble,
    'import',
    'Import its successor',
  ],
  [
    'expired and imported',
    { health: 'expired', imported: true, error: null, problem: null },
    'import',
    'Import the next one',
  ],
  [
    'revoked, and the next one fails',
    { health: 'revoked', imported: false, error: 'no', problem: said('tls') },
    'preflight',
    'shake hands',
  ],
  [
    'a target that nobody could read',
    { health: 'unproven', target: 'vs-1', error: 'Installed, but not proven: no answer' },
    'deployments',
    'enable it',
  ],
  ['a target that refuses', { health: 'not-deployed', target: 'vs-1', error: 'no file' }, 'deployments', 'tried again'],
])('%s', (_, trouble, action, remedy) => {
  expect(remedyFor(trouble)).toMatchObject({ action, remedy: expect.stringContaining(remedy) });
});

test('the message is what happened, without when it is tried again', () => {
  expect(remedyFor(failing(null)).message).toBe('validate failed.');
  expect(remedyFor({ health: 'expired', imported: false, error: 'no answer', problem: null }).message).toBe(
    'Its current version has expired. no answer',
  );
});

test.each<[string, CaProblem, string]>([
  ['of one name', said('compound', 'connection'), 'The CA says of www.example.com: refused'],
  [
    'of two',
    said('compound', 'connection', 'connection'),
    'The CA says of www.example.com and of another name: refused',
  ],
  ['of many', said('compound', 'dns', 'dns', 'dns'), 'The CA says of www.example.com and of 2 others: refused'],
  ['of none', { ...said('rateLimited'), detail: 'too many' }, 'The CA says: too many'],
])('what a CA said %s stands alone, without what the error says for logs', (_, problem, message) => {
  const told = { ...problem, subproblems: problem.subproblems.map(part => ({ ...part, detail: 'refused' })) };
  expect(remedyFor(failing(told)).message).toBe(message);
});
