import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, type Certificate, operations } from '@certfleet/contract';
import { HaproxyInstance, readServedCertificate } from '@certfleet/haproxy';
import { startChallengeTestServer } from '../harness/challtestsrv.js';
import { findHaproxy } from '../harness/haproxy.js';
import { type LoadResult, startLoad } from '../harness/load.js';
import { startPebble } from '../harness/pebble.js';
import { freePort } from '../harness/ports.js';
import { createWorkdir } from '../harness/workdir.js';
import { startRealServer } from './real-servers.js';
import { type ServerProcess, startServerProcess } from './server-process.js';
import { Steps } from './steps.js';

/*
 * script/demo: a real HAProxy, a real ACME CA (Pebble), Certfleet between them, all on loopback and free ports.
 * `--once` ends with one line of JSON on standard output; without it everything stays up until Ctrl-C.
 */

const once = process.argv.includes('--once');
const name = 'www.example.com';
const certificate = 'www';
/** Both modes of load together send at least so many requests while the certificate is renewed. */
const requestsDuringRenewal = 5_000;

const steps = new Steps();
const undo: (() => Promise<unknown>)[] = [];
const interrupted = new Promise<void>(resolve => process.once('SIGINT', resolve).once('SIGTERM', resolve));
let failed = false;
try {
  await demo();
} catch (error) {
  failed = true;
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
} finally {
  for (const step of undo.reverse()) await step();
}
process.exit(failed ? 1 : 0);

async function demo(): Promise<void> {
  steps.heading('The world around Certfleet');
  const dns = await startChallengeTestServer();
  undo.push(() => dns.stop());
  const pebble = await steps.run(
    'ca',
    'Starting Pebble, a real ACME CA',
    () => startPebble({ dnsServer: dns.dnsServer }),
    ({ directoryUrl }) => `Pebble, a real ACME CA, is at ${directoryUrl}`,
  );
  undo.push(() => pebble.stop());
  const servers = [await startRealServer('real server 1'), await startRealServer('real server 2')];
  undo.push(() => Promise.all(servers.map(server => server.close())));
  const haproxy = await findHaproxy();

  const workdir = createWorkdir('demo', { mode: 0o700 });
  undo.push(async () => workdir.remove());
  const dataDir = workdir.file('data');
  mkdirSync(dataDir, { mode: 0o700 });
  const configFile = workdir.file('certfleet.yaml');
  const port = await freePort();
  const httpsPort = await freePort();
  writeFileSync(
    configFile,
    [
      `dataDir: ${dataDir}`,
      `publicUrl: https://127.0.0.1:${port}`,
      `listen: { address: 127.0.0.1, port: ${port} }`,
      `haproxy: { binary: ${haproxy.path} }`,
      // The DNS and the ports of this CA: what is looked at before an order is what the CA will see.
      `dns: { resolvers: ['${dns.dnsServer}'] }`,
      `http01: { port: ${pebble.httpPort}, tlsPort: ${httpsPort} }`,
      'log: { level: warn }',
      '',
    ].join('\n'),
  );

  steps.heading('Certfleet');
  const certfleet = await steps.run(
    'start',
    'Starting certfleet serve',
    () => startServerProcess(configFile, dataDir),
    ({ url }) => `certfleet serve answers at ${url}`,
  );
  undo.push(() => certfleet.stop());
  const { api } = certfleet;
  const password = randomBytes(9).toString('base64url');
  await api.call(operations.session.setup, { body: { code: certfleet.setupCode, name: 'admin', password } });
  certfleet.signInAs('admin', password);
  await steps.run(
    'account',
    'Registering an account at the CA',
    () =>
      api.call(operations.account.register, {
        body: { name: 'pebble', directoryUrl: pebble.directoryUrl, caCertificate: pebble.caPem, agreeToTerms: true },
      }),
    ({ accountUrl }) => `account at the CA: ${accountUrl}`,
  );

  const services = await steps.run(
    'virtualServices',
    'Creating virtual services on HAProxy',
    async () => {
      const redirect = await api.call(operations.virtualService.create, {
        body: { name: 'http', address: '127.0.0.1', port: pebble.httpPort, type: 'redirect', redirectPort: httpsPort },
      });
      const https = await api.call(operations.virtualService.create, {
        body: {
          name: 'https',
          address: '127.0.0.1',
          port: httpsPort,
          type: 'https',
          realServers: servers.map(server => ({ address: '127.0.0.1', port: server.port })),
        },
      });
      return { redirect, https };
    },
    ({ redirect, https }) =>
      `HAProxy ${haproxy.version}: virtual service ${redirect.index} redirects http, ${https.index} serves https with 2 real servers`,
  );
  // HAProxy has its own life: it has to be ended by itself.
  undo.push(() => stopHaproxy(api, dataDir));
  await api.call(operations.policy.create, {
    body: {
      name: 'default',
      accounts: ['pebble'],
      defaultSolver: `vs-${services.redirect.index}`,
      profile: pebble.features.profiles ? 'default' : null,
    },
  });

  const issued = await steps.run(
    'issuance',
    `Obtaining a certificate for ${name}`,
    async () => {
      await api.call(operations.certificate.request, {
        body: {
          name: certificate,
          identifiers: [name],
          assignments: [{ target: `vs-${services.https.index}`, isDefault: true }],
        },
      });
      return becomesLive(api, 1);
    },
    ({ version }) => `issued: serial ${version?.serial}, valid until ${version?.notAfter.slice(0, 10)}`,
  );
  const served = await steps.run(
    'handshake',
    'Reading what HAProxy serves',
    () => readSerial(httpsPort),
    serial => `served: serial ${serial}, read by a handshake with HAProxy`,
  );

  steps.heading('Renewal under load');
  const load = { url: `https://127.0.0.1:${httpsPort}/`, serverName: name, concurrency: 4 };
  const running = [startLoad({ ...load, mode: 'keep-alive' }), startLoad({ ...load, mode: 'new-connection' })];
  await Promise.all(running.map(each => each.reached(500)));
  const renewed = await steps.run(
    'renewal',
    'Renewing while requests come in',
    async () => {
      await api.call(operations.certificate.renew, { params: { name: certificate } });
      return becomesLive(api, 2);
    },
    ({ version }) => `renewed: serial ${version?.serial}`,
  );
  const servedAfter = await readSerial(httpsPort);
  const results = await steps.run(
    'load',
    `Going on until ${requestsDuringRenewal} requests were sent`,
    async () => {
      await Promise.all(running.map(each => each.reached(requestsDuringRenewal / 2)));
      return Promise.all(running.map(each => each.stop()));
    },
    results =>
      `${sum(results, 'sent')} requests, ${failures(results)} failed; new connections now see serial ${servedAfter}`,
  );

  const wrong = failures(results) > 0 || served !== issued.version?.serial || servedAfter !== renewed.version?.serial;
  const summary = {
    certificate: name,
    ca: pebble.directoryUrl,
    issued: issued.version?.serial,
    served,
    renewed: renewed.version?.serial,
    servedAfterRenewal: servedAfter,
    requests: sum(results, 'sent'),
    failed: failures(results),
    milliseconds: steps.times,
  };
  if (once) process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (wrong) throw new Error(`What is served is not what was issued, or requests failed: ${JSON.stringify(summary)}`);
  if (!once) await stayUp(certfleet, password, httpsPort, services.https.index);
}

async function stayUp(
  { url, fingerprint }: ServerProcess,
  password: string,
  httpsPort: number,
  index: number,
): Promise<void> {
  steps.heading('Everything stays up until Ctrl-C. Try it in a browser and in another terminal:');
  process.stderr.write(
    `
  ${url}        # in a browser, which warns that the certificate is self-signed
  # user admin, password ${password}; SHA-256 of the certificate:
  # ${fingerprint}
  curl --insecure --resolve ${name}:${httpsPort}:127.0.0.1 https://${name}:${httpsPort}/
  npx certfleet login ${url} --user admin
  npx certfleet certificate list
  npx certfleet certificate show ${certificate}
  npx certfleet certificate request shop --identifier shop.example.com --assign vs-${index} --wait

`,
  );
  await interrupted;
  process.stderr.write('\nStopping.\n');
}

/** Waits for a version that a handshake has proven live. Throws the certificate's error as soon as it has one. */
async function becomesLive(api: ApiClient, version: number): Promise<Certificate> {
  for (;;) {
    const params = { name: certificate };
    const shown = await api.call(operations.certificate.show, { params });
    const { items } = await api.call(operations.certificate.assignments, { params });
    const deployments = items.map(({ deployment }) => deployment);
    if (
      shown.version?.number === version &&
      deployments.every(each => each?.version === version && each.status === 'verified')
    ) {
      return shown;
    }
    const error = shown.lastError?.message ?? deployments.find(each => each?.error)?.error;
    if (error) throw new Error(error);
    await pause(25);
  }
}

async function readSerial(port: number): Promise<string> {
  const { serialNumber } = await readServedCertificate({ address: '127.0.0.1', port, serverName: name });
  return serialNumber.toLowerCase();
}

async function stopHaproxy(api: ApiClient, dataDir: string): Promise<void> {
  const { items } = await api.call(operations.virtualService.loadBalancers, {});
  for (const { name } of items.flatMap(({ instances }) => instances)) {
    const instance = await HaproxyInstance.open({ directory: `${dataDir}/haproxy/${name}` });
    await instance.stop();
  }
}

function sum(results: readonly LoadResult[], field: 'sent' | 'answered'): number {
  return results.reduce((total, result) => total + result[field], 0);
}

function failures(results: readonly LoadResult[]): number {
  return sum(results, 'sent') - sum(results, 'answered');
}
