import { setMaxListeners } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../http/access.js';
import { expectUpload } from '../http/arrival.js';
import { LargeBodies, readBody, readJsonCommand, SMALL_BODY, UPLOAD_BODY } from './body.js';
import type { Command, Reply } from './command.js';
import { commands } from './commands/index.js';
import { LoadMasterError, renderError } from './errors.js';
import { basicCredentials, type Caller, type CallerSources, callerOf, denied } from './identity.js';
import { JSON_CONTENT_TYPE, jsonError, jsonSuccess } from './json.js';
import { Parameters, pairsOf } from './parameters.js';
import { type CommandContext, runCommand } from './run.js';
import { isEnabled } from './settings.js';
import { answerAndDrop, deferContinue, hasUnreadBody, isWaiting } from './unread-body.js';
import { XML_CONTENT_TYPE, xmlError, xmlSuccess } from './xml.js';

type Version = 1 | 2;

/** What LoadMaster's API is served with. */
export interface LoadMasterOptions extends Omit<CommandContext, 'stopping'>, CallerSources {}

/** The same with the commands, by name. */
interface Served extends LoadMasterOptions, CommandContext {
  commands: ReadonlyMap<string, Command>;
}

/**
 * Serves LoadMaster's API: `/access/<command>` in XML and `/accessv2` in JSON. Each is a scope of its own, so that
 * nothing parses a body here but this code, and every refusal is in the API's own words. Session cookies mean nothing
 * here.
 */
export async function registerLoadMaster(
  app: FastifyInstance,
  options: LoadMasterOptions,
  offered: readonly Command[] = commands,
): Promise<void> {
  const stopping = new AbortController();
  // Each command that waits listens to it.
  setMaxListeners(0, stopping.signal);
  // Before the server waits for its requests to end.
  app.addHook('preClose', async () => stopping.abort());
  deferContinue(app.server, url => /^\/access(v2)?([/?]|$)/.test(url));
  const byName = new Map(offered.map(command => [command.name, command]));
  const served: Served = { ...options, commands: byName, stopping: stopping.signal };
  await app.register(async scope => serve(scope, 1, '/access', served));
  await app.register(async scope => serve(scope, 2, '/accessv2', served));
}

function serve(scope: FastifyInstance, version: Version, root: string, options: Served): void {
  const largeBodies = new LargeBodies();
  scope.addHook('onRequest', async request => {
    // Clients send any Content-Type, or none, or what is not one. It says nothing here.
    request.raw.headers['content-type'] = 'application/octet-stream';
    const enabled = await isEnabled(options.engine.store);
    if (!enabled) throw new LoadMasterError(404, 'The API is not enabled');
    await identifyEarly(request, version, options);
  });
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/octet-stream', async (request: FastifyRequest) => {
    if (version === 2) return largeBodies.read(request.raw);
    if (!isUpload(request, options)) return readBody(request.raw, SMALL_BODY);
    // Who sends it is known by now.
    expectUpload(request.raw);
    return readBody(request.raw, UPLOAD_BODY);
  });
  scope.setErrorHandler((error, request, reply) => answerError(error, version, request, reply));
  for (const url of [root, `${root}/*`]) {
    scope.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url,
      // A HEAD would run the command.
      exposeHeadRoute: false,
      async handler(request, reply) {
        if (request.method !== 'GET' && request.method !== 'POST') {
          throw new LoadMasterError(405, 'Only GET and POST are served');
        }
        return await (version === 1 ? answerXml(request, reply, options) : answerJson(request, reply, options));
      },
    });
  }
}

/** `/access/logging/savelogs` and `/access/logging.savelogs` are the same command. */
function commandOf(request: FastifyRequest): string {
  const path = pathOf(request).slice('/access'.length);
  return path.split('/').filter(Boolean).join('.').toLowerCase();
}

function queryOf(request: FastifyRequest): string {
  const start = request.url.indexOf('?');
  return start < 0 ? '' : request.url.slice(start + 1);
}

function isUpload(request: FastifyRequest, { commands: byName }: Served): boolean {
  return byName.get(commandOf(request))?.upload ?? false;
}

/**
 * The first API key of a query or form; empty it is none. parameters.ts refuses a second one once it is known who asks.
 */
function apiKeyIn(encoded: string): string | undefined {
  for (const [name, value] of pairsOf(encoded)) if (name.toLowerCase() === 'apikey') return value || undefined;
  return undefined;
}

/**
 * Finds the caller by what comes before the body, so that a body of someone unknown is not read where it can be large.
 */
async function identifyEarly(request: FastifyRequest, version: Version, options: Served): Promise<void> {
  const basic = basicCredentials(request, options.publicOrigin);
  // In version 2 a key in the body would win, and only the body says whether there is one.
  if (version === 2) return;
  const apiKey = apiKeyIn(queryOf(request));
  const caller = await callerOf({ apiKey, ...basic }, request.ip, options);
  if (caller) remember(request, caller);
  else if (request.method === 'GET' || isUpload(request, options)) throw denied();
}

/** The log names who sent a request by its identity. */
function remember(request: FastifyRequest, caller: Caller): void {
  request.identity = { actor: caller.actor, via: caller.via, session: null };
  callers.set(request, caller);
}

const callers = new WeakMap<FastifyRequest, Caller>();

async function answerXml(request: FastifyRequest, reply: FastifyReply, options: Served): Promise<FastifyReply> {
  const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : null;
  const upload = isUpload(request, options);
  const form = body && !upload ? body.toString() : '';
  const formKey = apiKeyIn(form);
  const caller =
    formKey === undefined
      ? callers.get(request)
      : await callerOf({ apiKey: formKey, name: undefined, password: undefined }, request.ip, options);
  if (!caller) throw denied();
  remember(request, caller);
  const result = await runCommand(
    {
      name: commandOf(request),
      parameters: new Parameters([...pairsOf(queryOf(request)), ...pairsOf(form)]).without(['apikey']),
      body: upload ? body : null,
      caller,
      version: 1,
      log: request.log,
    },
    options.commands,
    options,
  );
  if ('file' in result) return sendFile(reply, result);
  const content = 'data' in result ? { data: result.data } : { message: result.message };
  return send(reply, 200, XML_CONTENT_TYPE, xmlSuccess(content));
}

async function answerJson(request: FastifyRequest, reply: FastifyReply, options: Served): Promise<FastifyReply> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const { command, apiKey, user, password, data, pairs } = readJsonCommand(body);
  const inBody = user !== undefined || password !== undefined;
  const basic = inBody ? { name: user, password } : basicCredentials(request, options.publicOrigin);
  const caller = await callerOf({ apiKey, ...basic }, request.ip, options);
  if (!caller) throw denied();
  remember(request, caller);
  if (command === '') throw LoadMasterError.missing('cmd');
  const result = await runCommand(
    {
      name: command.toLowerCase().replaceAll('/', '.'),
      parameters: new Parameters(pairs),
      body: data,
      caller,
      version: 2,
      log: request.log,
    },
    options.commands,
    options,
  );
  const content = 'file' in result ? { data: { data: result.file.toString('base64') } } : result;
  return send(reply, 200, JSON_CONTENT_TYPE, jsonSuccess(content));
}

function answerError(error: unknown, version: Version, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message, retryAfter, defect } = renderError(error);
  if (defect) request.log.error({ err: error }, 'A LoadMaster command ended with a defect');
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  if (status === 401) reply.header('www-authenticate', 'Basic realm="Certfleet"');
  return version === 1
    ? refuse(request, reply, status, XML_CONTENT_TYPE, xmlError(status, message))
    : refuse(request, reply, status, JSON_CONTENT_TYPE, jsonError(status, message));
}

/** Sends a refusal so that a client reads it that is still sending a file, or may begin to. */
function refuse(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  status: number,
  contentType: string,
  text: string,
): FastifyReply {
  const ends = isWaiting(raw) || !reply.raw.shouldKeepAlive;
  // On a connection that goes on, Node reads and drops the rest itself.
  if (!hasUnreadBody(raw) || !ends) return send(reply, status, contentType, text);
  const answer = Buffer.from(text);
  return reply
    .code(status)
    .headers({ 'content-type': contentType, 'content-length': answer.length, connection: 'close' })
    .send(Readable.from(answerAndDrop(answer, raw, UPLOAD_BODY)));
}

/** As bytes: to text Fastify would add a charset. */
function send(reply: FastifyReply, status: number, contentType: string, text: string): FastifyReply {
  return reply.code(status).header('content-type', contentType).send(Buffer.from(text));
}

function sendFile(reply: FastifyReply, { file, name, contentType }: Extract<Reply, { file: Buffer }>): FastifyReply {
  return reply
    .header('content-type', contentType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(file);
}
