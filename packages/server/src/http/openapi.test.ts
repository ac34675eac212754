import { endpoints } from '@certfleet/contract';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from './openapi.js';
import { eachOperation } from './routes.js';

interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, { properties?: Record<string, object>; additionalProperties?: boolean }> };
}
interface Described {
  operationId: string;
  'x-role': string;
  security: object[];
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { content: { 'application/json': { schema: object } } };
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
}

const document = openApiDocument('1.2.3', 'https://certfleet.test:8443/') as unknown as Document;

test('it is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
  expect(result).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(match => match[1] ?? '');
  const known = Object.keys(document.components.schemas).map(id => `#/components/schemas/${id}`);
  expect(references.length).toBeGreaterThan(100);
  expect(references.filter(reference => !known.includes(reference))).toEqual([]);
});

const every = [...eachOperation()].map(({ noun, verb, operation }) => ({ name: `${noun}.${verb}`, operation }));
test.each(every)('$name: role, parameters, replies', ({ operation }) => {
  const described = document.paths[`/api/v1${operation.path}`]?.[operation.method.toLowerCase()];
  expect(described).toMatchObject({ 'x-role': operation.role });
  expect(described?.security.length).toBe(operation.role === 'anyone' ? 0 : 3);
  const inPath = (described?.parameters ?? []).filter(parameter => parameter.in === 'path');
  expect(inPath.map(({ name }) => `{${name}}`)).toEqual(operation.path.match(/\{\w+\}/g) ?? []);
  expect(described?.requestBody !== undefined).toBe(operation.body !== undefined || operation.upload === true);
  const done = described?.responses[operation.status ?? (operation.reply || operation.download ? 200 : 204)];
  expect(done?.content !== undefined).toBe(operation.reply !== undefined || operation.download === true);
  expect(described?.responses.default?.content).toHaveProperty(['application/problem+json', 'schema', '$ref']);
  expect(described?.responses).toHaveProperty(operation.role === 'anyone' ? 'default' : '403');
});

test('nothing else is in it than the operations and the endpoints', () => {
  const paths = [
    ...every.map(({ operation }) => `/api/v1${operation.path}`),
    ...Object.values(endpoints).map(e => e.path),
  ];
  expect(Object.keys(document.paths).sort()).toEqual([...new Set(paths)].sort());
  const ids = Object.values(document.paths).flatMap(path => Object.values(path).map(each => each.operationId));
  expect(new Set(ids).size).toBe(ids.length);
});

describe('inputs refuse unknown fields, replies may get new ones', () => {
  test.each([
    ['an input', 'CertificateRequest', false],
    ['an input that has the form of a reply too', 'SubjectInput', false],
    ['that reply', 'Subject', undefined],
    ['a reply', 'Certificate', undefined],
  ])('%s: %s', (_, id, additional) => {
    expect(document.components.schemas[id]).toBeDefined();
    expect(document.components.schemas[id]?.additionalProperties).toBe(additional);
  });

  test('an input refers to the form for inputs', () => {
    expect(document.components.schemas.CertificateRequest?.properties?.subject).toMatchObject({
      $ref: '#/components/schemas/SubjectInput',
    });
  });
});
