import { expect, test } from 'vitest';
import { createLogger } from './logger.js';

function logged(...fields: object[]): string {
  const lines: string[] = [];
  const log = createLogger('info', { write: line => lines.push(line) });
  for (const each of fields) log.info(each, 'a line');
  return lines.join('');
}

test.each<[string, object]>([
  ['at the top', { password: 'hunter2', msg: 'x' }],
  ['in headers', { headers: { authorization: 'Bearer hunter2', cookie: 'a=hunter2', 'x-csrf-token': 'hunter2' } }],
  ['two levels down', { request: { headers: { authorization: 'hunter2', 'set-cookie': 'hunter2' } } }],
  [
    'in a record',
    { user: { passwordHash: 'hunter2' }, key: { privateKey: 'hunter2' }, account: { hmacKey: 'hunter2' } },
  ],
  ['of a backup', { passPhrase: 'hunter2', secret: { masterKeySecret: 'hunter2' } }],
  [
    'of a restore',
    { headers: { 'certfleet-pass-phrase': 'hunter2' }, request: { headers: { 'certfleet-master-key': 'hunter2' } } },
  ],
])('a secret is not logged: %s', (_, fields) => {
  const text = logged(fields);
  expect(text).toContain('[Redacted]');
  expect(text).not.toContain('hunter2');
});

test('an error keeps its code, its stack and the stack of its cause', () => {
  const error = Object.assign(new Error('asking the CA', { cause: new Error('reset') }), { code: 'ECONNRESET' });
  const line = JSON.parse(logged({ err: error }));
  expect(line.err).toMatchObject({ code: 'ECONNRESET', stack: expect.stringContaining('caused by: Error: reset') });
  expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test('lines below the level are left out', () => {
  const lines: string[] = [];
  createLogger('warn', { write: line => lines.push(line) }).info('x');
  expect(lines).toEqual([]);
});
