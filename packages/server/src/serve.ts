import { chmod, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from './clock.js';
import { type Config, loadConfig, rateLimitsOf, resolversOf } from './config.js';
import { days, hours, minutes } from './domain/time.js';
import { createLogger, keptIn } from './logger.js';
import { type RunningServer, type ServerOptions, startServer } from './server.js';
import { type OpenStore, openStore, type StoreOptions } from './store/index.js';
import { takeMasterKeyFromEnvironment } from './store/master-key.js';
import { SystemLog } from './system-log.js';

type MasterKey = StoreOptions['masterKey'];

/** Where the configuration comes from, as the command line has it. */
export interface ServeOptions {
  /** certfleet.yaml; left out: where it usually is, see docs/reference/configuration.md. */
  configFile?: string | undefined;
  /** `process.env`: the master key is taken out of it. */
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** Starts the server as configured. Throws ConfigError, DomainError or what the system said, before anything is served. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { config, masterKey } = await configure(options);
  const systemLog = new SystemLog(config.dataDir);
  const server: ServerOptions = {
    dataDir: config.dataDir,
    storeUrl: config.store.url,
    masterKey,
    listen: config.listen,
    names: [...config.listen.names, new URL(config.publicUrl).hostname],
    publicUrl: config.publicUrl,
    haproxy: config.haproxy,
    dns: { resolvers: resolversOf(config), authoritativePort: config.dns.authoritativePort },
    httpPorts: { http: config.http01.port, https: config.http01.tlsPort },
    hooks: config.hooks,
    userAgentContact: config.acme.contact,
    concurrency: config.jobs.concurrency,
    eventRetention: days(config.events.retentionDays),
    historyRetention: days(config.history.retentionDays),
    setupLife: hours(config.signIn.setupLinkHours),
    sessionLife: { idle: minutes(config.signIn.idleMinutes), absolute: hours(config.signIn.sessionHours) },
    metricsPublic: config.metrics.public,
    trustedProxies: config.listen.trustedProxies,
    rateLimits: directoryUrl => rateLimitsOf(config, directoryUrl),
    clock: systemClock,
    log: createLogger(config.log.level, keptIn(systemLog, config.log.level)),
    systemLog,
    webFolder: fileURLToPath(new URL('.', import.meta.resolve('@certfleet/web/site/index.html'))),
  };
  return startServer(server);
}

/**
 * Opens the configured store without serving, for commands on this machine. On SQLite the server must be stopped
 * (`store-in-use`); on PostgreSQL it may run. The caller closes it.
 */
export async function openConfiguredStore(options: ServeOptions): Promise<{ store: OpenStore; config: Config }> {
  const { config, masterKey } = await configure(options);
  return { store: await openStore({ url: config.store.url, masterKey }), config };
}

/** The configuration and the master key, before anything is opened. */
export async function configure({
  configFile: file,
  env,
  cwd,
}: ServeOptions): Promise<{ config: Config; masterKey: MasterKey }> {
  // First of all, so that no child is ever started with it.
  const fromEnvironment = takeMasterKeyFromEnvironment(env);
  const config = await loadConfig({ file, env, cwd });
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  await chmod(config.dataDir, 0o700);
  return { config, masterKey: fromEnvironment ?? { file: config.masterKeyFile } };
}
