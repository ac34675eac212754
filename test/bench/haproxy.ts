import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HaproxyInstance, type LoadBalancerInput, readServedCertificate } from '@certfleet/haproxy';
import { findHaproxy } from '../harness/haproxy.js';
import type { LoadFailure, LoadOptions } from '../harness/load.js';
import { freePort } from '../harness/ports.js';
import { createWorkdir } from '../harness/workdir.js';
import { generateKeys, issue } from '../integration/haproxy/certificate.js';
import { median } from './report.js';

export interface BenchRow {
  /** What was measured. */
  what: string;
  /** Certificates or virtual services that HAProxy had. */
  size: number;
  /** Milliseconds, the median of `rounds`. */
  milliseconds: number;
  rounds: number;
  /** During all rounds: requests sent by the load, and how many of them failed. */
  sent: number;
  failures: LoadFailure[];
}

/** HAProxy answers this by itself, so that no real server is part of what is measured. */
const challenge = { token: 'bench', keyAuthorization: 'bench.bench' };
const path = `/.well-known/acme-challenge/${challenge.token}`;

/**
 * What section 6 of the goals asks of HAProxy: a renewed certificate with few and many certificates loaded, both
 * instances alternately and under load; and a change of structure with few and many virtual services.
 */
export async function benchHaproxy(): Promise<BenchRow[]> {
  return [...(await renewals([1, 2000], 30)), ...(await structureChanges(10, 5)), ...(await structureChanges(1000, 5))];
}

/** From asking for the installation to a handshake that shows the new certificate, which is what "live" means. */
async function renewals(sizes: readonly number[], rounds: number): Promise<BenchRow[]> {
  const opened = await Promise.all(sizes.map(openWithCertificates));
  const loads = await startLoads(opened.flatMap(({ url }) => bothModes(url)));
  const times = sizes.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, { instance, port, keys, name }] of opened.entries()) {
      const { pem, serialNumber } = await issue({ names: [name], keys });
      const begin = performance.now();
      await instance.certificates.install({ service: 1, id: name.replaceAll('.', '-'), pem });
      const served = await readServedCertificate({ address: '127.0.0.1', port, serverName: name });
      times[i]?.push(performance.now() - begin);
      if (served.serialNumber !== serialNumber) throw new Error(`${name} is served with ${served.serialNumber}`);
    }
  }
  const { sent, failures } = await loads.stop();
  await Promise.all(opened.map(({ instance }) => instance.stop()));
  return sizes.map((size, i) => ({
    what: 'renewed certificate live',
    size,
    milliseconds: median(times[i] ?? []),
    rounds,
    sent,
    failures,
  }));
}

async function openWithCertificates(count: number) {
  const instance = await openInstance();
  const folder = join(instance.paths.certificates, '1');
  mkdirSync(folder);
  const keys = await generateKeys();
  const names = Array.from({ length: count }, (_, i) => `www-${i}.example.com`);
  const files = names.map(name => join(folder, `cert-${name.replaceAll('.', '-')}.pem`));
  for (const [i, name] of names.entries()) writeFileSync(files[i] ?? '', (await issue({ names: [name], keys })).pem);
  // As the package stores them: installing thousands one by one would take longer than what is measured here.
  writeFileSync(join(folder, 'crt-list'), [`${folder}/default.pem !*`, ...files, ''].join('\n'));
  const port = await freePort();
  await instance.start({ virtualServices: [{ index: 1, type: 'https', address: '127.0.0.1', port }] });
  await instance.challenges.present([challenge]);
  // The last of the list: if anything searched it from the front, this would show it.
  return { instance, port, keys, name: names.at(-1) ?? '', url: `https://127.0.0.1:${port}${path}` };
}

/** From asking for one more virtual service to it being served by a new worker alone. */
async function structureChanges(size: number, rounds: number): Promise<BenchRow[]> {
  const instance = await openInstance();
  const services: NonNullable<LoadBalancerInput['virtualServices']> = [];
  const add = async () => {
    const realServers = [{ index: 1, address: '127.0.0.1', port: 9 }];
    const index = services.length + 1;
    const healthCheck = { type: 'none' as const };
    services.push({ index, type: 'http', address: '127.0.0.1', port: await freePort(), realServers, healthCheck });
  };
  while (services.length < size) await add();
  await instance.start({ virtualServices: services });
  await instance.challenges.present([challenge]);
  const loads = await startLoads(bothModes(`http://127.0.0.1:${services[0]?.port}${path}`));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await add();
    const begin = performance.now();
    await instance.apply({ virtualServices: services });
    times.push(performance.now() - begin);
  }
  const { sent, failures } = await loads.stop();
  await instance.stop();
  return [{ what: 'structure change live', size, milliseconds: median(times), rounds, sent, failures }];
}

async function openInstance(): Promise<HaproxyInstance> {
  return HaproxyInstance.open({ directory: createWorkdir('bench').path, binary: (await findHaproxy()).path });
}

function bothModes(url: string): LoadOptions[] {
  return (['keep-alive', 'new-connection'] as const).map(mode => ({ url, mode, concurrency: 2 }));
}

async function startLoads(options: readonly LoadOptions[]) {
  const program = join(import.meta.dirname, 'load-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  return {
    async stop(): Promise<{ sent: number; failures: LoadFailure[] }> {
      const result = once(lines, 'line');
      child.stdin.end();
      return JSON.parse(String((await result)[0]));
    },
  };
}
