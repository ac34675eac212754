import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerOptions } from '@certfleet/server';
import { expect } from 'vitest';
import { freePort } from '../../harness/ports.js';
import { ask } from '../haproxy/fixture.js';
import { type Answer, type LoadMaster, startLoadMaster } from './client.js';

export type Params = Record<string, string | number | boolean>;
// biome-ignore lint/suspicious/noExplicitAny: what a client without types sees
export type Json = Record<string, any>;

/** A LoadMaster and two real servers, with what its clients do to virtual services. */
export class Services {
  readonly loadMaster: LoadMaster;
  /** Ports of the real servers, which answer `one` and `two`. */
  readonly one: number;
  readonly two: number;
  readonly #backends: readonly Server[];

  constructor(loadMaster: LoadMaster, backends: readonly Server[]) {
    this.loadMaster = loadMaster;
    this.#backends = backends;
    [this.one = 0, this.two = 0] = backends.map(server => (server.address() as AddressInfo).port);
  }

  static async start(overrides: Partial<ServerOptions> = {}): Promise<Services> {
    const backends = [await startBackend('one'), await startBackend('two')];
    return new Services(await startLoadMaster(overrides), backends);
  }

  async stop(): Promise<void> {
    for (const server of this.#backends) {
      server.close();
      server.closeAllConnections();
    }
    await this.loadMaster.stop();
  }

  get store() {
    return this.loadMaster.certfleet.server.engine.store;
  }

  /** Sends a command to one of the APIs, with the parameters as text or as they are. */
  send(version: 1 | 2, cmd: string, params: Params = {}): Promise<Answer> {
    if (version === 2) return this.loadMaster.v2({ cmd, ...params });
    const texts = Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]);
    return this.loadMaster.v1(`${cmd}?${new URLSearchParams(texts)}`);
  }

  /** What version 2 answers, which must be a success. */
  async done(cmd: string, params: Params = {}): Promise<Json> {
    const { status, text } = await this.send(2, cmd, params);
    const json = JSON.parse(text) as Json;
    if (status !== 200) throw new Error(`${cmd} answered ${text}`);
    expect(json.code).toBe(200);
    expect(Object.keys(json).at(-1)).toBe('status');
    return json;
  }

  /** The message of a refusal in version 2, whose status must be this one. */
  async refused(cmd: string, params: Params = {}, expected = 422): Promise<string> {
    const { status, text } = await this.send(2, cmd, params);
    expect({ status, text: status === expected ? '' : text }).toEqual({ status: expected, text: '' });
    return (JSON.parse(text) as Json).message;
  }

  /** A new virtual service on a free port, as addvs shows it. */
  async create(params: Params = {}): Promise<Json> {
    return this.done('addvs', { vs: '127.0.0.1', port: await freePort(), prot: 'tcp', ...params });
  }

  /** A new SubVS of a virtual service, as its parent shows it. */
  async createSub(parent: number): Promise<Json> {
    const { SubVS } = await this.done('modvs', { vs: parent, createsubvs: '' });
    return SubVS.at(-1);
  }

  /** What a refusal must leave as it is. */
  async everything() {
    const { virtualServices, contentRules, targets, assignments } = this.store;
    const services = (await virtualServices.list({ limit: 1000 })).items;
    const rows = await targets.onVirtualServices(services.map(({ index }) => index));
    return {
      services,
      rules: (await contentRules.list({ limit: 1000 })).items,
      assignments: await assignments.onTargets(rows.map(({ id }) => id)),
    };
  }
}

/** The text of an answer through HAProxy. */
export async function bodyOf(port: string, path = '/', headers = {}): Promise<string> {
  return (await ask(Number(port), { path, headers })).body;
}

async function startBackend(name: string): Promise<Server> {
  const server = createServer((_, response) => response.end(name));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}
