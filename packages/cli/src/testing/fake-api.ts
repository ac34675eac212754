import { text } from 'node:stream/consumers';
import {
  type ErrorCode,
  errorCatalogue,
  type Operation,
  operations,
  type Problem,
  parseInput,
  type Transport,
} from '@certfleet/contract';
import { ZodError } from 'zod';
import * as samples from './samples.js';

/** What was asked of the API: the operation as `certificate.request`, and its input. */
export interface Call {
  operation: string;
  params?: unknown;
  query?: unknown;
  body?: unknown;
  headers?: unknown;
  upload?: string;
}

interface Sent {
  method: string;
  headers: Record<string, string>;
  body?: string;
  upload?: string;
}

type Reply = unknown | ((call: Call) => unknown);

/** Thrown by a reply: the API answers with this problem. */
export class FakeProblem extends Error {
  readonly problem: Problem;
  constructor(code: ErrorCode, detail: string, errors?: Problem['errors']) {
    super(detail);
    this.problem = {
      ...errorCatalogue[code],
      type: `urn:certfleet:error:${code}`,
      code,
      detail,
      ...(errors ? { errors } : {}),
    };
  }
}

const list = (...items: unknown[]) => ({ items, nextCursor: null });

/** What each operation answers unless a test says otherwise. */
const replies: Record<string, Reply> = {
  'session.setup': { name: 'alice', role: 'admin', csrfToken: null },
  'session.show': { name: 'alice', role: 'admin', csrfToken: null },
  'account.directory': samples.directory,
  'account.ca': samples.directory,
  'account.limits': samples.overview.accounts[0],
  'account.register': samples.account,
  'account.link': samples.account,
  'account.list': list(samples.account),
  'account.show': samples.account,
  'account.change': samples.account,
  'account.export': {
    directoryUrl: samples.account.directoryUrl,
    accountUrl: samples.account.accountUrl,
    privateKey: samples.privateKey,
  },
  'account.rollover': samples.account,
  'account.deactivate': { ...samples.account, status: 'deactivated' },
  'policy.create': samples.policy,
  'policy.list': list(samples.policy),
  'policy.show': samples.policy,
  'policy.change': samples.policy,
  'policy.renewals': { items: samples.policy.renewals },
  'solver.create': samples.solver,
  'solver.list': list(samples.solver, samples.dnsSolver),
  'solver.show': samples.dnsSolver,
  'solver.change': samples.dnsSolver,
  'solver.test': samples.solverFindings,
  'loadmaster.show': samples.loadmaster,
  'loadmaster.change': samples.loadmaster,
  'domain.create': samples.domain,
  'domain.list': list(samples.domain),
  'domain.unprovable': samples.unprovable,
  'virtualService.loadBalancers': list(samples.loadBalancer),
  'virtualService.create': samples.virtualService,
  'virtualService.list': list(samples.virtualService),
  'virtualService.statistics': { items: [samples.statistics] },
  'virtualService.show': samples.virtualService,
  'virtualService.change': samples.virtualService,
  'virtualService.addSub': samples.virtualService,
  'virtualService.convert': samples.virtualService,
  'virtualService.attachRule': samples.virtualService,
  'virtualService.addRealServer': samples.virtualService,
  'virtualService.changeRealServer': samples.virtualService,
  'contentRule.create': samples.contentRule,
  'contentRule.list': list(samples.contentRule),
  'contentRule.show': samples.contentRule,
  'contentRule.change': samples.contentRule,
  'target.create': samples.target,
  'target.list': list(samples.target),
  'target.show': samples.target,
  'channel.create': samples.channel,
  'channel.list': list(samples.channel, samples.failingChannel),
  'channel.show': samples.channel,
  'channel.change': samples.channel,
  'channel.test': { message: 'A test was sent by ops.' },
  'plugin.list': { items: [samples.plugin] },
  'certificate.request': samples.pendingCertificate,
  'certificate.import': samples.importedCertificate,
  'certificate.list': list(samples.certificate, samples.pendingCertificate, samples.importedCertificate),
  'certificate.show': samples.certificate,
  'certificate.change': samples.certificate,
  'certificate.importKey': samples.certificate,
  'certificate.assignDns': samples.certificate,
  'certificate.proofs': { items: samples.proofs },
  'certificate.challenges': samples.challenges,
  'certificate.verify': {
    goesOn: true,
    challenges: samples.challenges.challenges.filter(({ byPerson }) => byPerson),
  },
  'certificate.newChallenge': samples.challenges,
  'certificate.preflight': { result: 'ok', findings: [] },
  'certificate.renew': samples.certificate,
  'certificate.bulkPreview': {
    ...{ total: 3, possible: 3, refusals: [], asOf: '2026-11-21T10:00:00.000Z' },
    consequences: ['They are ordered now.'],
  },
  'certificate.bulk': { done: 3, refused: [], next: null },
  'certificate.bulkExport': '# www, version 3\n',
  'certificate.versions': list(samples.version),
  'certificate.revoke': { ...samples.version, revokedAt: samples.now.toISOString() },
  'certificate.export': samples.exported,
  'certificate.send': { message: 'Version 3 of www was mailed to partner@example.org by ops.' },
  'certificate.exportKey': { ...samples.exported, privateKey: samples.privateKey },
  'certificate.assignments': list(samples.assignment),
  'certificate.served': list(...samples.served),
  'certificate.assign': samples.assignment,
  'intermediate.add': samples.intermediate,
  'intermediate.list': list(samples.intermediate),
  'intermediate.show': samples.intermediate,
  'backup.show': { sealedBy: 'master-key' },
  'backup.change': { sealedBy: 'pass-phrase' },
  'backup.create': 'certfleet-backup of a test',
  'backup.restore': samples.restoration,
  'system.show': samples.system,
  'system.overview': samples.overview,
  'system.running': list(...samples.running),
  'system.pause': { ...samples.system, paused: samples.pause },
  'system.resume': samples.system,
  'event.list': list(samples.event),
  'event.export': 'id,at\r\n',
  'event.show': samples.event,
  'user.create': samples.user,
  'user.list': list(samples.user),
  'user.change': samples.user,
  'token.create': { ...samples.token, token: 'cf_secret' },
  'token.list': list(samples.token),
};

interface Route {
  name: string;
  operation: Operation;
  pattern: RegExp;
}

const routes: Route[] = Object.entries(operations).flatMap(([noun, verbs]) =>
  Object.entries(verbs as Record<string, Operation>).map(([verb, operation]) => ({
    name: `${noun}.${verb}`,
    operation,
    pattern: new RegExp(`^/api/v1${operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  })),
);

/**
 * An API in memory, made of the contract: input that its schemas refuse is answered with a problem, a reply that they
 * refuse is an error of the test, and every call is kept.
 */
export class FakeApi {
  readonly calls: Call[] = [];
  readonly #replies: Record<string, Reply>;

  constructor(special: Record<string, Reply> = {}) {
    this.#replies = { ...replies, ...special };
  }

  readonly transport: Transport = async (target, init) => {
    const url = new URL(target, 'https://fake');
    const sent = typeof init.body === 'object' ? { ...init, body: undefined, upload: await text(init.body) } : init;
    const { status, body } = this.#answer(url, sent as Sent);
    return {
      status,
      text: async () => (body === undefined ? '' : JSON.stringify(body)),
      async *bytes() {
        yield Buffer.from(String(body));
      },
    };
  };

  #answer(url: URL, init: Sent): { status: number; body?: unknown } {
    const route = routes.find(one => one.operation.method === init.method && one.pattern.test(url.pathname));
    if (!route) throw new Error(`No operation of the contract is ${init.method} ${url.pathname}.`);
    try {
      const call = read(route, url, init);
      this.calls.push(call);
      const reply = this.#replies[route.name];
      const body = typeof reply === 'function' ? reply(call) : reply;
      return {
        status: route.operation.status ?? 200,
        body: route.operation.download ? body : route.operation.reply?.parse(body),
      };
    } catch (error) {
      if (error instanceof FakeProblem) return { status: error.problem.status, body: error.problem };
      throw error;
    }
  }
}

function read({ name, operation, pattern }: Route, url: URL, { body, upload, headers }: Sent): Call {
  const call: Call = { operation: name, ...(upload === undefined ? {} : { upload }) };
  const known = Object.keys(operation.headers?.shape ?? {}).filter(header => headers[header] !== undefined);
  if (known.length > 0) call.headers = Object.fromEntries(known.map(header => [header, headers[header]]));
  const parts = {
    params: Object.fromEntries(
      Object.entries(pattern.exec(url.pathname)?.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]),
    ),
    query: Object.fromEntries(url.searchParams),
    body: body === undefined ? undefined : JSON.parse(body),
  };
  try {
    parseInput(operation, parts);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const errors = error.issues.map(issue => ({ path: issue.path.join('.'), message: issue.message }));
    throw new FakeProblem('invalid-input', `The input of ${name} is not valid.`, errors);
  }
  for (const part of ['params', 'query', 'body'] as const) if (operation[part]) call[part] = parts[part];
  return call;
}
