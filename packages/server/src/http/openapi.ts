import { isDeepStrictEqual } from 'node:util';
import { type Endpoint, endpoints, Health, type Operation, Problem, unattendedHeader } from '@certfleet/contract';
import { z } from 'zod';
import { API_ROOT, eachOperation } from './routes.js';
import { SESSION_COOKIE } from './session-cookie.js';

type Json = Record<string, unknown>;
type Definitions = Record<string, Json>;
/** `components.schemas`, while it grows: what replies are made of, and what inputs are. */
interface Components {
  replies: Map<string, Json>;
  inputs: Map<string, Json>;
}

/**
 * The OpenAPI 3.1 document of this API, made from the contract's table. `x-role` of an operation is the least role
 * that may do it. Inputs refuse unknown fields; replies may get new ones in later versions.
 */
export function openApiDocument(version: string, publicUrl: string): Json {
  const components: Components = { replies: new Map(), inputs: new Map() };
  const paths: Record<string, Json> = {};
  // Replies first: inputs are compared with them.
  for (const { operation } of eachOperation()) if (operation.reply) schemaOf(operation.reply, 'output', components);
  for (const { noun, verb, operation } of eachOperation()) {
    const path = API_ROOT + operation.path;
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: describeOperation(noun, verb, operation, components),
    };
  }
  for (const [name, endpoint] of Object.entries<Endpoint>(endpoints)) {
    paths[endpoint.path] = { get: describeEndpoint(name, endpoint, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Certfleet',
      version,
      description: 'Keeps every TLS certificate of a fleet valid and proven live where it is served.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl.replace(/\/$/, '') }],
    paths,
    components: {
      schemas: Object.fromEntries([...components.replies, ...components.inputs].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token: cf_…' },
        password: { type: 'http', scheme: 'basic', description: 'Name and password of a user.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: `From POST /session. Changes also need the header x-csrf-token. A request with the header ${unattendedHeader} is no use of the session, which ends when it is not used.`,
        },
      },
    },
  };
}

function describeOperation(noun: string, verb: string, operation: Operation, components: Components): Json {
  const parameters = [
    ...describeParameters('path', operation.params, components),
    ...describeParameters('query', operation.query, components),
    ...describeParameters('header', operation.headers, components),
  ];
  const status = operation.status ?? (operation.reply || operation.download ? 200 : 204);
  return {
    operationId: `${noun}${verb.charAt(0).toUpperCase()}${verb.slice(1)}`,
    tags: [noun],
    summary: operation.summary,
    ...describeRole(operation.role),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body
      ? { requestBody: { required: true, content: jsonContent(schemaOf(operation.body, 'input', components)) } }
      : {}),
    ...(operation.upload ? { requestBody: { required: true, content: file } } : {}),
    responses: {
      [status]: {
        description: 'Done.',
        ...(operation.download ? { content: file } : {}),
        ...(operation.reply ? { content: jsonContent(schemaOf(operation.reply, 'output', components)) } : {}),
      },
      ...problemResponses(operation, components),
    },
  };
}

/** The problems that follow from the table; others (409, 422, 5xx) depend on the case and have the same form. */
function problemResponses({ role, params, query, body }: Partial<Operation>, components: Components): Json {
  const content = { 'application/problem+json': { schema: schemaOf(Problem, 'output', components) } };
  return {
    ...(params || query || body ? { 400: { description: 'The input is not valid.', content } } : {}),
    ...(role === 'anyone'
      ? {}
      : {
          401: { description: 'Not signed in.', content },
          403: { description: `The role is less than ${role}.`, content },
        }),
    ...(params ? { 404: { description: 'There is no such thing.', content } } : {}),
    429: { description: 'Too many attempts to sign in; see Retry-After.', content },
    default: { description: 'Not done; the problem says why and what to do.', content },
  };
}

const endpointMediaTypes: Record<string, string> = {
  stream: 'text/event-stream',
  metrics: 'text/plain',
  openapi: 'application/json',
  health: 'application/json',
};

function describeEndpoint(name: string, { summary, role }: Endpoint, components: Components): Json {
  const schema = name === 'health' ? { schema: schemaOf(Health, 'output', components) } : {};
  const content = { [endpointMediaTypes[name] ?? 'application/json']: schema };
  return {
    operationId: name,
    tags: ['server'],
    summary,
    ...describeRole(role),
    responses: {
      200: { description: 'What was asked for.', content },
      ...(name === 'health' ? { 503: { description: 'Something does not work.', content } } : {}),
      ...problemResponses({ role }, components),
    },
  };
}

function describeRole(role: Operation['role']): Json {
  return role === 'anyone'
    ? { security: [], 'x-role': role, description: 'Needs no sign-in.' }
    : {
        security: [{ token: [] }, { password: [] }, { session: [] }],
        'x-role': role,
        description: `Needs the role ${role}.`,
      };
}

/** A file as it is: JSON Schema has nothing to say of it (OpenAPI 3.1, 4.8.14.2). */
const file = { 'application/octet-stream': {} };

function describeParameters(
  place: 'path' | 'query' | 'header',
  schema: z.ZodObject | undefined,
  components: Components,
): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input', components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } };
}

/**
 * JSON Schema of a zod schema. What has an id goes to the components and is referred to; where an input's form of it is
 * not the output's, that one is called `<id>Input`.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Components): Json {
  const { $defs = {}, $schema: _, ...root } = toJsonSchema(schema, io);
  if (io === 'output') {
    const same = (id: string) => id;
    for (const [id, definition] of Object.entries($defs)) components.replies.set(id, refer(definition, same));
    return refer(root, same);
  }
  const nameOf = (id: string) => (isAsInReplies(id, $defs, components) ? id : `${id}Input`);
  for (const [id, definition] of Object.entries($defs)) {
    const known = components.replies.has(nameOf(id));
    if (!known) components.inputs.set(nameOf(id), refer(definition, nameOf));
  }
  return refer(root, nameOf);
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json & { $defs?: Definitions } {
  return z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    override({ jsonSchema }) {
      if (jsonSchema.type !== 'object' || !jsonSchema.properties) return;
      if (io === 'input') jsonSchema.additionalProperties = false;
      else delete jsonSchema.additionalProperties;
    },
  }) as Json & { $defs?: Definitions };
}

/** Whether an input's schema may go by its id: replies have none of that id, or the same. */
function isAsInReplies(id: string, definitions: Definitions, components: Components): boolean {
  const inReplies = components.replies.get(id);
  if (!inReplies) return true;
  const definition = definitions[id] ?? {};
  if (
    !isDeepStrictEqual(
      refer(definition, name => name),
      inReplies,
    )
  )
    return false;
  return referredIds(definition).every(each => isAsInReplies(each, definitions, components));
}

const reference = /"#\/\$defs\/([^"]+)"/g;

function referredIds(definition: Json): string[] {
  return [...JSON.stringify(definition).matchAll(reference)].map(match => match[1] ?? '');
}

/** The schema with its references pointing into the components. */
function refer(schema: Json, nameOf: (id: string) => string): Json {
  const text = JSON.stringify(schema).replace(reference, (_, id: string) => `"#/components/schemas/${nameOf(id)}"`);
  return JSON.parse(text) as Json;
}
