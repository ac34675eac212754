import { writeFileSync } from 'node:fs';
import { findHaproxy } from '../harness/haproxy.js';
import { startProgram } from '../harness/process.js';
import { createWorkdir } from '../harness/workdir.js';

/**
 * Answers every http-01 challenge of one account without having been told of it: what it costs to present challenges is
 * not measured with it. `thumbprint` is the account key's (RFC 8555 §8.1).
 */
export async function startStatelessResponder(port: number, thumbprint: string): Promise<{ stop(): Promise<void> }> {
  const { path } = await findHaproxy();
  const workdir = createWorkdir('responder');
  const configuration = workdir.file('haproxy.cfg');
  writeFileSync(
    configuration,
    `global
  nbthread 1
defaults
  mode http
  timeout client 30s
frontend challenges
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain lf-string "%[path,field(4,/)].${thumbprint}"
`,
  );
  const program = await startProgram({
    name: 'HAProxy',
    command: path,
    args: ['-db', '-f', configuration],
    ready: { port },
  });
  return {
    async stop() {
      await program.stop();
      workdir.remove();
    },
  };
}
