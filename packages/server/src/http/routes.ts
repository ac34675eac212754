import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { type Operation, operations, parseInput } from '@certfleet/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/errors.js';
import { type AccessControl, exchangeOf } from './access.js';
import type { Actor } from './actor.js';
import { expectUpload } from './arrival.js';
import { type Download, sendDownload, withUpload } from './files.js';
import type { Exchange, Handlers } from './handlers.js';

/** A handler without the types of its operation: the table's mapped type has checked them where it was made. */
type AnyHandler = (input: object, actor: Actor | null, exchange: Exchange) => Promise<unknown>;

/** Where the operations' paths begin. */
export const API_ROOT = '/api/v1';

/** Each operation of the contract's table with its name, `noun.verb`. */
export function* eachOperation(): Generator<{ noun: string; verb: string; operation: Operation }> {
  for (const [noun, verbs] of Object.entries(operations)) {
    for (const [verb, operation] of Object.entries<Operation>(verbs)) yield { noun, verb, operation };
  }
}

/**
 * Registers every operation of the contract's table: role, input, handler, reply. There is no other way to register
 * one. `checkReplies` holds replies against their schemas, which costs three times their serialization: for tests.
 */
export function registerOperations(
  app: FastifyInstance,
  handlers: Handlers,
  access: AccessControl,
  { checkReplies, fileFolder }: { checkReplies: boolean; fileFolder: string },
): void {
  // Read by withUpload; an operation without `upload` refuses it.
  app.addContentTypeParser('application/octet-stream', async (_request: FastifyRequest, payload: Readable) => payload);
  for (const { noun, verb, operation } of eachOperation()) {
    const handler = handlerOf(handlers, noun, verb);
    app.route({
      method: operation.method,
      url: API_ROOT + operation.path.replace(/\{(\w+)\}/g, ':$1'),
      onRequest: access.require(operation.role),
      async handler(request, reply) {
        const { params, query, body } = request;
        const actor = request.identity?.actor ?? null;
        const exchange = exchangeOf(request, reply);
        const input = parseInput(operation, {
          params,
          query,
          headers: headersFor(operation, request),
          body: operation.upload ? undefined : body,
        });
        if (!operation.upload && body instanceof Readable) throw wrongMediaType('application/json');
        if (operation.upload && !(body instanceof Readable)) throw wrongMediaType('application/octet-stream');
        if (operation.upload) expectUpload(request.raw);
        const value =
          operation.upload && body instanceof Readable
            ? await withUpload(fileFolder, body, upload => handler({ ...input, upload }, actor, exchange))
            : await handler(input, actor, exchange);
        if (operation.download) {
          await sendDownload(reply, fileFolder, value as Download);
          return reply;
        }
        reply.code(operation.status ?? (operation.reply ? 200 : 204));
        if (!operation.reply) return await reply.send();
        if (checkReplies) assertReply(operation, value, `${noun}.${verb}`);
        return await reply.type('application/json; charset=utf-8').send(JSON.stringify(value));
      },
    });
  }
}

function headersFor({ headers }: Operation, request: FastifyRequest): Record<string, unknown> {
  const known = Object.keys(headers?.shape ?? {}).filter(name => request.headers[name] !== undefined);
  return Object.fromEntries(known.map(name => [name, request.headers[name]]));
}

function wrongMediaType(expected: string): DomainError {
  return new DomainError('wrong-media-type', `Send this with content-type: ${expected}.`);
}

function handlerOf(handlers: Handlers, noun: string, verb: string): AnyHandler {
  const verbs = (handlers as unknown as Record<string, Record<string, AnyHandler> | undefined>)[noun];
  const handler = verbs?.[verb];
  if (!handler) throw new TypeError(`There is no handler for the operation ${noun}.${verb}.`);
  return handler;
}

/**
 * The reply is what its schema says and nothing more: a field that it does not know may be one that must not go out.
 */
function assertReply(operation: Operation, value: unknown, name: string): void {
  const sent: unknown = JSON.parse(JSON.stringify(value));
  const result = operation.reply?.safeParse(sent);
  if (!result?.success) throw new TypeError(`The reply of ${name} breaks its schema: ${result?.error.message}`);
  if (!isDeepStrictEqual(sent, result.data)) {
    throw new TypeError(`The reply of ${name} has fields that its schema does not know: ${JSON.stringify(sent)}`);
  }
}
