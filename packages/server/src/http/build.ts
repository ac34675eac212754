import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { endpoints } from '@certfleet/contract';
import cookie from '@fastify/cookie';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { registerLoadMaster } from '../loadmaster/http.js';
import type { OpenStore } from '../store/index.js';
import type { SystemLog } from '../system-log.js';
import { accessControl, pathOf } from './access.js';
import { arrivalTimeout, limitArrival } from './arrival.js';
import { Attempts } from './attempts.js';
import { Credentials } from './credentials.js';
import { eventHandlers } from './handlers/event.js';
import { sessionHandlers } from './handlers/session.js';
import { tokenHandlers } from './handlers/token.js';
import { userHandlers } from './handlers/user.js';
import type { EngineHandlers, Handlers } from './handlers.js';
import { type HealthSources, registerHealth } from './health.js';
import { logRequests, requestId } from './log.js';
import { type MetricSources, registerMetrics } from './metrics.js';
import { openApiDocument } from './openapi.js';
import { PROBLEM_MEDIA_TYPE, renderProblem } from './problem.js';
import { registerOperations } from './routes.js';
import { defaultSessionLife, SessionCookies, type SessionLife } from './session-cookie.js';
import { registerStream, type StreamPace, type StreamSources } from './stream.js';
import type { AdminTls } from './tls.js';
import { registerWeb, type SendPage } from './web.js';

/** What the HTTP side is made of. */
export interface HttpOptions {
  store: OpenStore;
  /** The handlers of all nouns but session, user, token and event. */
  actions: EngineHandlers;
  clock: Clock;
  log: Logger;
  /** Null: plain HTTP, for tests; browsers then don't take the session cookie. */
  tls: AdminTls | null;
  version: string;
  /** Where browsers find the server: `https://certfleet.example.com:8443`. */
  publicUrl: string;
  onProgress: StreamSources['onProgress'];
  health: Omit<HealthSources, 'readStore' | 'restoring'>;
  metrics: MetricSources & { isPublic: boolean };
  /** What LoadMaster's API works with; left out: it is not served, for tests of the rest. */
  loadMaster?: { engine: Engine; systemLog: SystemLog };
  sessionLife?: SessionLife;
  /** Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[];
  /** Holds replies against their schemas: for tests. */
  checkReplies?: boolean;
  /** Where uploads and downloads are kept for a moment; the system's temporary folder if left out. */
  fileFolder?: string;
  streamPace?: StreamPace;
  /** What `vite build` has made of the web interface; left out: there are no pages. */
  webFolder?: string;
}

/** The largest input is a CSR or a chain of certificates, of at most 100,000 characters. */
const bodyLimit = 1_048_576;

/**
 * arrival.ts sees to the body. An idle connection stays longer than browsers keep theirs for: of Node's five seconds
 * Chromium finds so many ended, just when it sends on them, that it gives a page's styles up (ERR_TOO_MANY_RETRIES).
 */
const timeouts = { headersTimeout: arrivalTimeout, requestTimeout: 0, keepAliveTimeout: 330_000 };

/**
 * Bytes of a request's first line with its headers. Node's own limit is 16 kB; LoadMaster's API has its parameters in
 * the query and says itself which one is too long, as it does of a form.
 */
const maxHeaderSize = 65_536;

/**
 * The HTTP server: the operations of the contract, the live stream, health, metrics and the OpenAPI document. It does
 * not listen yet. There is no CORS: only Certfleet's own pages may read its answers in a browser.
 */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { store, clock, log, tls } = options;
  const app: FastifyInstance = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false,
    bodyLimit,
    trustProxy: options.trustedProxies ? [...options.trustedProxies] : false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: answerWithProblem,
    serverFactory(handle) {
      if (!tls) return createPlainServer({ ...timeouts, maxHeaderSize }, handle);
      const server = createServer({ ...tls.serverOptions, ...timeouts, maxHeaderSize }, handle);
      tls.attach(server);
      return server;
    },
  });
  await app.register(cookie);
  limitArrival(app.server);
  logRequests(app);
  addSecurityHeaders(app);
  app.setErrorHandler(answerWithProblem);
  const sendPage: SendPage =
    options.webFolder === undefined ? () => undefined : await registerWeb(app, options.webFolder);
  app.setNotFoundHandler(async (request, reply) => {
    const sent = sendPage(request, reply);
    if (sent) return sent;
    throw new DomainError('not-found', `There is nothing at ${request.method} ${pathOf(request)}.`);
  });

  const attempts = new Attempts(clock.now);
  const credentials = new Credentials(store.users, attempts, clock);
  const sessions = new SessionCookies(store.sessions, clock, options.sessionLife ?? defaultSessionLife);
  const { origin } = new URL(options.publicUrl);
  const access = accessControl(app, { credentials, sessions, tokens: store.tokens, clock }, origin);
  const handlers: Handlers = {
    ...options.actions,
    session: sessionHandlers({ store, credentials, attempts, sessions }),
    user: userHandlers(store),
    token: tokenHandlers(store, clock),
    event: eventHandlers(store),
  };
  registerOperations(app, handlers, access, {
    checkReplies: options.checkReplies ?? false,
    fileFolder: options.fileFolder ?? tmpdir(),
  });
  const { onProgress, streamPace } = options;
  const onEvent: StreamSources['onEvent'] = listener => store.onEvent(listener);
  registerStream(app, { events: store.events, onEvent, onProgress }, access, streamPace);
  registerHealth(app, {
    ...options.health,
    readStore: () => store.events.newestId(),
    restoring: () => store.isHeldUp,
  });
  registerMetrics(app, options.metrics, access, options.metrics);
  if (options.loadMaster) {
    const callers = { credentials, tokens: store.tokens, clock, publicOrigin: origin };
    await registerLoadMaster(app, { ...options.loadMaster, ...callers, handlers });
  }

  // Open to everyone: it is the same for every installation of a version, and clients are made from it before sign-in.
  const openApi = JSON.stringify(openApiDocument(options.version, options.publicUrl));
  app.get(endpoints.openapi.path, { onRequest: access.require(endpoints.openapi.role) }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(openApi),
  );
  return app;
}

/**
 * What we answer is data, never a page: nothing in it may run, be framed, be guessed to be something else, or be kept.
 */
function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });
}

function answerWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, retryAfter, defect } = renderProblem(error);
  if (defect) request.log.error({ err: error }, 'A request ended with a defect');
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  // RFC 9110 §11.6.1 wants a challenge. Basic is taken too but not offered: browsers would ask with a dialog of theirs.
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="Certfleet"');
  return reply.code(problem.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
}
