import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ApiClient, type Transport } from '@certfleet/contract';
import { Agent, request } from 'undici';
import { checkout } from '../harness/parts.js';
import { startProgram } from '../harness/process.js';

/** A `certfleet serve` in a process of its own, as a user starts it. */
export interface ServerProcess {
  url: string;
  /** Of its self-signed certificate, as it prints it. */
  fingerprint: string;
  setupCode: string;
  api: ApiClient;
  /** Whose name the client's requests are made in from now on. */
  signInAs(name: string, password: string): void;
  stop(): Promise<void>;
}

/** Starts `certfleet serve` with this configuration file and waits until it has printed its set-up link. */
export async function startServerProcess(configFile: string, dataDir: string): Promise<ServerProcess> {
  const program = await startProgram({
    name: 'certfleet serve',
    command: process.execPath,
    args: [join(checkout, 'packages/cli/bin/certfleet.js'), 'serve', '--config', configFile],
    ready: { line: /\/setup#/ },
  });
  const [, url, setupCode] = /(https:\/\/[^\s/]+)\/setup#([\w-]+)/.exec(program.log()) ?? [];
  const [, fingerprint] = /SHA-256\): ([\dA-F:]+)/.exec(program.log()) ?? [];
  if (fingerprint === undefined) throw new Error(`No fingerprint in:\n${program.log()}`);
  if (url === undefined || setupCode === undefined) throw new Error(`No set-up link in:\n${program.log()}`);
  // The self-signed certificate of the first start: what the command line client pins by its fingerprint.
  const agent = new Agent({ connect: { ca: readFileSync(join(dataDir, 'admin-tls/self-signed.pem')) } });
  let authorization: string | undefined;
  const transport: Transport = async (path, { method, headers, body }) => {
    const options = {
      method: method as 'GET',
      headers,
      body: typeof body === 'object' ? Readable.from(body) : (body ?? null),
      dispatcher: agent,
    };
    const response = await request(`${url}${path}`, options);
    return { status: response.statusCode, text: () => response.body.text(), bytes: () => response.body };
  };
  return {
    url,
    fingerprint,
    setupCode,
    api: new ApiClient(transport, () => (authorization ? { authorization } : {})),
    signInAs(name, password) {
      authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    },
    async stop() {
      await agent.close();
      await program.stop();
    },
  };
}
