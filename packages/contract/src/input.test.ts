import { expect, test } from 'vitest';
import { ZodError } from 'zod';
import { parseInput } from './input.js';
import { operations } from './operations/index.js';

const { request, list, renew, change } = operations.certificate;
const query = {};
const params = {};

test('defaults are filled in', () => {
  const input = parseInput(request, { params, query, body: { name: 'web', identifiers: ['a.test'] } });
  expect(input.body).toMatchObject({ policy: 'default', labels: {}, assignments: [] });
  expect(parseInput(list, { params, query: { limit: '5' }, body: undefined }).query).toMatchObject({
    limit: 5,
    sort: 'name',
  });
});

test.each<[string, () => object, string[]]>([
  ['a field of the body', () => parseInput(request, body({ polciy: 'x' })), ['polciy']],
  ['a field within', () => parseInput(request, body({ subject: { org: 'x' } })), ['subject.org']],
  [
    'a field in a list',
    () => parseInput(request, body({ assignments: [{ target: 't', sni: 'x' }] })),
    ['assignments.0.sni'],
  ],
  [
    'a field in one of several forms',
    () => parseInput(request, body({ identifiers: [{ value: 'a.test', solvr: 'x' }] })),
    ['identifiers.0.solvr'],
  ],
  ['a name that objects inherit', () => parseInput(request, body({ constructor: 'x' })), ['constructor']],
  ['a query parameter', () => parseInput(list, { params, query: { lmit: '5' }, body: undefined }), ['lmit']],
  [
    'a query where there is none',
    () => parseInput(renew, { params: { name: 'web' }, query: { now: '1' }, body: undefined }),
    ['now'],
  ],
  [
    'a body where there is none',
    () => parseInput(renew, { params: { name: 'web' }, query, body: { force: true } }),
    ['force'],
  ],
  [
    'unknown and wrong, all at once',
    () => parseInput(list, { params, query: { lmit: '5', limit: 'x' }, body: undefined }),
    ['limit'],
  ],
  [
    'all parts at once',
    () => parseInput(change, { params: { name: '../x' }, query, body: { policy: '' } }),
    ['name', 'policy'],
  ],
])('%s is refused by its path', (_, parse, paths) => {
  expect(pathsOf(parse)).toEqual(paths);
});

test('keys that people choose are no fields', () => {
  const input = parseInput(request, body({ labels: { team: 'web', constructor: 'x' } }));
  expect(input.body).toMatchObject({ labels: { team: 'web' } });
});

function body(more: object) {
  return { params, query, body: { name: 'web', identifiers: ['a.test'], ...more } };
}

function pathsOf(parse: () => object): string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof ZodError) return error.issues.map(issue => issue.path.join('.'));
    throw error;
  }
  return [];
}
