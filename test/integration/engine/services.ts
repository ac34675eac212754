import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError, operations } from '@certfleet/contract';
import { startCertfleet } from '../../harness/certfleet.js';
import { freePort } from '../../harness/ports.js';

/** A Certfleet, and how virtual services are made in it. */
export async function startServices() {
  const certfleet = await startCertfleet();
  const { api } = certfleet;
  const ops = operations.virtualService;
  const realServers = [{ address: '127.0.0.1', port: 9001 }];

  async function create(type: 'http' | 'https' | 'redirect') {
    const servers = type === 'redirect' ? [] : realServers;
    const body = { address: '127.0.0.1', port: await freePort(), type, realServers: servers };
    return api.call(ops.create, { body });
  }

  /** A content rule that matches paths that begin with `pattern`. */
  const createRule = (pattern: string) =>
    api.call(operations.contentRule.create, { body: { name: `r-${randomUUID()}`, match: 'prefix', pattern } });

  return {
    certfleet,
    api,
    engine: certfleet.server.engine,
    store: certfleet.server.engine.store,
    create,
    createRule,
    /** A virtual service with one sub virtual service. */
    async createWithSub() {
      const { index, port } = await create('http');
      const contentRules = [(await createRule(`/${randomUUID()}`)).name];
      const body = { contentRules, realServers };
      const { subVirtualServices } = await api.call(ops.addSub, { params: { index }, body });
      const sub = subVirtualServices[0];
      if (!sub) throw new Error('The sub virtual service is missing.');
      return { index, port, subIndex: sub.index };
    },
    /** What HAProxy would come up with. */
    configuration: () => readFileSync(join(certfleet.options.haproxy.directory, 'local', 'haproxy.cfg'), 'utf8'),
  };
}

/** The problem that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<ApiError['problem']> {
  const error = await call.then(
    () => undefined,
    thrown => thrown,
  );
  if (error instanceof ApiError) return error.problem;
  throw new Error(`Expected a problem, got ${error ?? 'success'}`);
}
