import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Pause } from '@certfleet/contract';
import { DnsClient, type DnsClientOptions, type HttpPorts } from '@certfleet/plugins';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { engineHandlers } from './actions/index.js';
import { AdminInterface } from './admin-interface.js';
import { Cas } from './cas.js';
import type { Clock } from './clock.js';
import type { RateLimits } from './domain/rate-limits.js';
import { type Duration, seconds } from './domain/time.js';
import type { Engine } from './engine.js';
import { type HookOptions, HookPrograms } from './hooks/hook-programs.js';
import { buildHttp } from './http/build.js';
import { makeFileFolder } from './http/files.js';
import type { SessionLife } from './http/session-cookie.js';
import { offerSetupCode, setupLink } from './http/setup-code.js';
import { AdminTls } from './http/tls.js';
import { applyLoadBalancer, applyLoadBalancerJob } from './jobs/apply-load-balancer.js';
import { askRenewalInfo, askRenewalInfoJob } from './jobs/ask-renewal-info.js';
import { beat, beatJob } from './jobs/beat.js';
import { deploy } from './jobs/deploy.js';
import { keepValid } from './jobs/keep-valid.js';
import { planRenewals } from './jobs/plan-renewals.js';
import { prune, pruneJob } from './jobs/prune.js';
import { revokeReplaced } from './jobs/revoke-replaced.js';
import { Scheduler } from './jobs/scheduler.js';
import { sendNotices } from './jobs/send-notices.js';
import { tellExpiring, tellExpiringJob } from './jobs/tell-expiring.js';
import { undeploy } from './jobs/undeploy.js';
import { type HaproxyOptions, LoadBalancers } from './load-balancers.js';
import { OutsideLeases } from './outside-leases.js';
import { kindsWhilePaused, pausedAction, pauseOf, resumedAction } from './pause.js';
import { ProgressFeed } from './progress.js';
import { type OpenStore, openStore, type StoreOptions } from './store/index.js';
import type { SystemLog } from './system-log.js';
import { version } from './version.js';

/** Everything that a server is started with; `config.ts` makes it from certfleet.yaml and the environment. */
export interface ServerOptions {
  /** Absolute; 0700. Holds the store (SQLite), the admin interface's certificate and HAProxy's files. */
  dataDir: string;
  storeUrl: string;
  masterKey: StoreOptions['masterKey'];
  listen: { address: string; port: number };
  /** More names and addresses for the self-signed certificate of the first start. */
  names: readonly string[];
  /** Where browsers and the CLI find the server; null: derived from what it listens on. */
  publicUrl: string | null;
  haproxy: HaproxyOptions;
  /** Of the web interface as it was built; left out: there are no pages. */
  webFolder?: string;
  /** Whom to ask for names. */
  dns: DnsClientOptions;
  /** Where http-01 is looked for before a CA is told to. */
  httpPorts: HttpPorts;
  /** Which programs DNS accounts may run. */
  hooks: HookOptions;
  /** For CAs to reach whoever runs this server; null: they only learn the version. */
  userAgentContact: string | null;
  /** Issuances and deployments at a time. */
  concurrency: number;
  /**
   * So long an answer waits for a certificate to be deployed or taken off; afterwards it says that this is still to be
   * done, and the work goes on. Left out: 25 seconds, since the certificate's other work comes to its end first, and a
   * CA is polled for 20 seconds at the most.
   */
  deploymentPatience?: Duration;
  /** Null: events are kept for ever. */
  eventRetention: Duration | null;
  /** How long ended orders, replaced deployments and expired versions are kept. Null: for ever. */
  historyRetention: Duration | null;
  setupLife: Duration;
  sessionLife: SessionLife;
  metricsPublic: boolean;
  trustedProxies: readonly string[];
  rateLimits(directoryUrl: string): RateLimits;
  clock: Clock;
  log: Logger;
  /** Where the lines of `log` are kept for those who look at them. */
  systemLog: SystemLog;
}

/** A server that is running. */
export interface RunningServer {
  engine: Engine;
  /** `https://127.0.0.1:8443` */
  url: string;
  /** SHA-256 of the admin interface's certificate, for pinning. */
  fingerprint: string;
  /** The one-time link for the first administrator; null once there is one. */
  setupLink: string | null;
  /** When that link stops working. */
  setupEnds: Date | null;
  /** Why nothing is issued or deployed, as it was at the start; null: it works. */
  paused: Pause | null;
  /** Ends what is under way at the next safe step and closes everything. HAProxy serves on. */
  stop(): Promise<void>;
}

/** The only place that constructs things. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { clock, log } = options;
  const store = await openStore({ url: options.storeUrl, masterKey: options.masterKey, clock });
  try {
    return await startWith(store, options);
  } catch (error) {
    await store.close();
    log.debug({ err: error }, 'The server could not be started');
    throw error;
  }
}

async function startWith(store: OpenStore, options: ServerOptions): Promise<RunningServer> {
  const { clock, log } = options;
  const contact = options.userAgentContact;
  const cas = new Cas(store, `Certfleet/${version}${contact === null ? '' : ` (${contact})`}`);
  const loadBalancers = new LoadBalancers(store, options.haproxy);
  const progress = new ProgressFeed();
  const { rateLimits } = options;
  const publicUrl = options.publicUrl ?? `https://${hostFor(options.listen.address)}:${options.listen.port}`;
  const tls = await AdminTls.open(options.dataDir, options.names, clock.now());
  const adminInterface = new AdminInterface(tls, () => boundTo(app, options));
  const ports = {
    loadBalancers,
    adminInterface,
    dns: new DnsClient(options.dns),
    httpPorts: options.httpPorts,
    leases: new OutsideLeases(store),
    hooks: new HookPrograms({ ...options.hooks, work: join(options.dataDir, 'hooks') }),
  };
  const deploymentPatience = options.deploymentPatience ?? seconds(25);
  const engine: Engine = {
    ...{ store, clock, cas, loadBalancers, ports, progress, log, publicUrl, rateLimits, deploymentPatience },
  };

  const scheduler = new Scheduler({
    store,
    clock,
    log,
    holder: `${hostname()}:${process.pid}:${randomUUID()}`,
    concurrency: options.concurrency,
    handlers: {
      'keep-valid': keepValid(engine),
      deploy: deploy(engine),
      undeploy: undeploy(engine),
      'revoke-replaced': revokeReplaced(engine),
      'plan-renewals': planRenewals(engine),
      [askRenewalInfoJob.kind]: askRenewalInfo(engine),
      [pruneJob.kind]: prune(engine, { events: options.eventRetention, history: options.historyRetention }),
      'apply-load-balancer': applyLoadBalancer(engine),
      'send-notices': sendNotices(engine),
      [tellExpiringJob.kind]: tellExpiring(engine),
      [beatJob.kind]: beat(engine),
    },
    kindsWhilePaused,
  });
  const unsubscribe = [
    store.onEnqueued(() => scheduler.wake()),
    // Whichever server was told to: the events of all of them are heard here.
    store.onEvent(({ action }) => {
      if (action === pausedAction) scheduler.pause();
      if (action === resumedAction) scheduler.wake();
    }),
  ];
  const paused = async () => (await pauseOf(store)) !== null;
  await enqueueStanding(engine);
  // What a killed `certfleet secrets rotate` has left to do.
  await store.finishRotation();

  let running = true;
  const app: FastifyInstance = await buildHttp({
    store,
    actions: engineHandlers(engine),
    clock,
    log,
    tls,
    version,
    publicUrl,
    onProgress: progress.subscribe,
    health: {
      schedulerLag: async () => (running ? scheduler.lag() : null),
      haproxy: () => loadBalancers.health(),
      paused,
    },
    metrics: {
      certificatesByStatus: () => store.certificates.countByStatus(),
      assignmentsByStatus: () => store.deployments.countAssignments(),
      jobsByState: () => store.jobs.countByState(),
      channelsByState: () => store.channels.countByState(),
      noticesWaiting: () => store.notices.countWaiting(),
      schedulerLag: async () => (running ? scheduler.lag() : null),
      paused,
      isPublic: options.metricsPublic,
    },
    loadMaster: { engine, systemLog: options.systemLog },
    fileFolder: await makeFileFolder(options.dataDir),
    trustedProxies: options.trustedProxies,
    sessionLife: options.sessionLife,
    ...(options.webFolder === undefined ? {} : { webFolder: options.webFolder }),
  });
  const url = await listen(app, options);
  const code = await offerSetupCode(store.users, clock, options.setupLife);
  scheduler.start();

  return {
    engine,
    url,
    fingerprint: tls.fingerprint,
    setupLink: code === undefined ? null : setupLink(url, code),
    setupEnds: code === undefined ? null : new Date(clock.now() + options.setupLife),
    paused: await pauseOf(store),
    async stop() {
      running = false;
      for (const end of unsubscribe) end();
      await app.close();
      await scheduler.stop();
      await cas.close();
      await store.close();
    },
  };
}

/** The jobs that are always there. */
async function enqueueStanding({ store, clock, loadBalancers }: Engine): Promise<void> {
  const loadBalancerId = await loadBalancers.ensureDefault();
  const runAt = clock.now();
  // Before everything else: without HAProxy neither a challenge nor a deployment works.
  await store.jobs.enqueue({ ...applyLoadBalancerJob(loadBalancerId), urgency: 0, runAt });
  await store.jobs.enqueue({ ...askRenewalInfoJob, urgency: runAt, runAt });
  await store.jobs.enqueue({ ...pruneJob, urgency: runAt, runAt });
  await store.jobs.enqueue({ ...tellExpiringJob, urgency: runAt, runAt });
  await store.jobs.enqueue({ ...beatJob, urgency: runAt, runAt });
}

async function listen(app: FastifyInstance, options: ServerOptions): Promise<string> {
  const { address, port } = options.listen;
  // Fastify takes a server that was made elsewhere for plain HTTP.
  const listenTextResolver = (at: string) => `Listening at ${at.replace(/^http:/, 'https:')}.`;
  await app.listen({ host: address, port, listenTextResolver });
  return options.publicUrl ?? `https://${hostFor(address)}:${boundTo(app, options).port}`;
}

/** Where it listens; the port may have been chosen by the system. */
function boundTo(
  app: FastifyInstance,
  { listen: { address, port } }: ServerOptions,
): { address: string; port: number } {
  const bound = app.server.address();
  return { address, port: typeof bound === 'object' && bound !== null ? bound.port : port };
}

/** What can be asked for where "all addresses" is listened on. */
function hostFor(address: string): string {
  if (address === '0.0.0.0' || address === '::') return 'localhost';
  return address.includes(':') ? `[${address}]` : address;
}
