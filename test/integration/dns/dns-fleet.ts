import { type ApiClient, operations } from '@certfleet/contract';
import type { ServerOptions } from '@certfleet/server';
import { type Bind, type BindOptions, startBind } from '../../harness/bind.js';
import { type Certfleet, startCertfleet } from '../../harness/certfleet.js';
import { type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.js';
import { type Pebble, type PebbleOptions, startPebble } from '../../harness/pebble.js';
import { profileOf, register } from '../engine/fleet.js';

/** A Certfleet whose policy proves names by updates of a BIND, which Pebble asks. */
export interface DnsFleet {
  certfleet: Certfleet;
  api: ApiClient;
  bind: Bind;
  pebble: Pebble;
  /** Between Certfleet and Pebble. */
  proxy: FaultProxy;
  /** Makes a DNS account. `config` adds to, or replaces, what works. */
  addAccount(name: string, config?: Record<string, unknown>): Promise<void>;
  request(name: string, identifiers: string[]): Promise<void>;
  /** `name value` of every TXT record in all zones. */
  left(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface DnsFleetOptions {
  bind: BindOptions;
  pebble?: PebbleOptions;
  server?: Partial<ServerOptions>;
  /** Of the DNS account `dns`, which is the policy's default. */
  account?: Record<string, unknown>;
}

/** Starts all that, with the account `pebble` and the DNS account `dns` in the policy `default`. */
export async function startDnsFleet({ bind: bindOptions, ...options }: DnsFleetOptions): Promise<DnsFleet> {
  const bind = await startBind(bindOptions);
  const pebble = await startPebble({ dnsServer: bind.address, ...options.pebble });
  const proxy = await startFaultProxy(pebble);
  const certfleet = await startCertfleet({ dns: bind.dns, ...options.server });
  const { api } = certfleet;
  const addAccount = async (name: string, config: Record<string, unknown> = {}) => {
    const working = { server: bind.address, ...bind.keys[0] };
    await api.call(operations.solver.create, { body: { name, type: 'rfc2136', config: { ...working, ...config } } });
  };
  await register(api, 'pebble', proxy);
  await addAccount('dns', options.account);
  await api.call(operations.policy.create, {
    body: { name: 'default', accounts: ['pebble'], defaultSolver: 'dns', profile: profileOf(pebble) },
  });
  return {
    certfleet,
    api,
    bind,
    pebble,
    proxy,
    addAccount,
    async request(name, identifiers) {
      await api.call(operations.certificate.request, { body: { name, identifiers } });
    },
    async left() {
      return (await Promise.all(bindOptions.zones.map(zone => bind.allTxt(zone)))).flat().sort();
    },
    async stop() {
      await certfleet.destroy();
      await proxy.stop();
      await pebble.stop();
      await bind.stop();
    },
  };
}
