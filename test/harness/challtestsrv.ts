import { spawnSync } from 'node:child_process';
import { exchangeOk } from './exchange.js';
import { findPart } from './parts.js';
import { freePort } from './ports.js';
import { connects, startProgram } from './process.js';

export interface ChallengeTestServer {
  /** `host:port` to give to Pebble. */
  dnsServer: string;
  /** Adds a TXT value; `name` with or without the final dot, as everywhere here. */
  setTxt(name: string, value: string): Promise<void>;
  /** Removes all TXT values of a name. */
  clearTxt(name: string): Promise<void>;
  addA(name: string, addresses: string[]): Promise<void>;
  clearA(name: string): Promise<void>;
  addAaaa(name: string, addresses: string[]): Promise<void>;
  setCname(name: string, target: string): Promise<void>;
  clearCname(name: string): Promise<void>;
  setServfail(name: string): Promise<void>;
  clearServfail(name: string): Promise<void>;
  log(): string;
  stop(): Promise<void>;
}

/** Starts the DNS server that Pebble can ask: every name has the address 127.0.0.1 unless told otherwise. */
export async function startChallengeTestServer(options: { defaultIpv4?: string } = {}): Promise<ChallengeTestServer> {
  const dnsPort = await freePort();
  const managementPort = await freePort();
  const dnsServer = `127.0.0.1:${dnsPort}`;
  const managementUrl = `http://127.0.0.1:${managementPort}`;
  const tell = async (path: string, body: Record<string, unknown>) => {
    await exchangeOk(`${managementUrl}/${path}`, { method: 'POST', body: JSON.stringify(body) });
  };

  const command = findPart('pebble-challtestsrv');
  const usage = spawnSync(command, ['-h'], { encoding: 'utf8' }).stderr;
  const program = await startProgram({
    name: 'pebble-challtestsrv',
    command,
    args: [
      // Pebble 2.4 called it -dns01, and had no DNS over HTTPS.
      ...[usage.includes('-dnsserver') ? '-dnsserver' : '-dns01', dnsServer],
      ...(usage.includes('-doh ') ? ['-doh', ''] : []),
      ...['-management', `127.0.0.1:${managementPort}`],
      ...['-defaultIPv4', options.defaultIpv4 ?? '127.0.0.1', '-defaultIPv6', ''],
      ...['-http01', '', '-https01', '', '-tlsalpn01', ''],
    ],
    ready: {
      check: async () => {
        await exchangeOk(`${managementUrl}/clear-txt`, { method: 'POST', body: '{"host":"ready.invalid."}' });
        await connects(dnsPort);
      },
    },
  });

  return {
    dnsServer,
    setTxt: (name, value) => tell('set-txt', { host: absolute(name), value }),
    clearTxt: name => tell('clear-txt', { host: absolute(name) }),
    addA: (name, addresses) => tell('add-a', { host: absolute(name), addresses }),
    clearA: name => tell('clear-a', { host: absolute(name) }),
    addAaaa: (name, addresses) => tell('add-aaaa', { host: absolute(name), addresses }),
    setCname: (name, target) => tell('set-cname', { host: absolute(name), target: absolute(target) }),
    clearCname: name => tell('clear-cname', { host: absolute(name) }),
    setServfail: name => tell('set-servfail', { host: absolute(name) }),
    clearServfail: name => tell('clear-servfail', { host: absolute(name) }),
    log: () => program.log(),
    stop: () => program.stop(),
  };
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
