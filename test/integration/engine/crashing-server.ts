import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ServerOptions } from '@certfleet/server';
import { bundle } from '../../harness/bundle.js';
import type { Certfleet } from '../../harness/certfleet.js';

const program = await bundle(join(import.meta.dirname, 'crashing-server.child.ts'));

/** What crashing-server.child.ts is told. */
export type ToChild =
  | { serve: Pick<ServerOptions, 'dataDir' | 'storeUrl' | 'dns' | 'httpPorts'> & { masterKey: string; port: number } }
  /** Counts the points from now on and dies at this one, or at the first one of this name; 0: at none. */
  | { dieAt: number | string };
/** What it tells. */
export type FromChild = { serves: true } | { counts: true } | { passed: string };

/** A server in a process of its own, on the data of a Certfleet that has been stopped. */
export interface CrashingServer {
  /** The points that it has passed since it was told where to die. */
  readonly passed: readonly string[];
  /** Resolves when it answers. The Certfleet's own client reaches it: it has the same port and the same sessions. */
  serve(): Promise<void>;
  /** It counts its points from now on and kills itself at this one, or at the first one of this name; 0: at none. */
  dieAt(point: number | string): Promise<void>;
  kill(): void;
  readonly isGone: boolean;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

/**
 * Starts the process, which loads its code and waits to be told to serve: so a spare one can stand by. `port`: where it
 * listens, left out: where the Certfleet did.
 */
export function startCrashingServer({ options }: Certfleet, port = options.listen.port): CrashingServer {
  const { dataDir, storeUrl, masterKey, dns, httpPorts } = options;
  if (!Buffer.isBuffer(masterKey)) throw new TypeError('The test server has its master key in memory.');
  const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const passed: string[] = [];
  let isGone = false;
  const gone = once(child, 'exit').then(() => {
    isGone = true;
  });
  child.on('message', (message: FromChild) => {
    if ('passed' in message) passed.push(message.passed);
  });

  async function ask(question: ToChild, answer: 'serves' | 'counts'): Promise<void> {
    const answered = new Promise<void>(resolve => {
      child.on('message', (message: FromChild) => {
        if (answer in message) resolve();
      });
    });
    const ended = gone.then(() => {
      throw new Error(`The server's process ended before it said "${answer}".`);
    });
    child.send(question);
    await Promise.race([answered, ended]);
  }

  return {
    passed,
    serve: () =>
      ask({ serve: { dataDir, storeUrl, dns, httpPorts, masterKey: masterKey.toString('hex'), port } }, 'serves'),
    dieAt: point => ask({ dieAt: point }, 'counts'),
    kill: () => void child.kill('SIGKILL'),
    get isGone() {
      return isGone;
    },
    gone,
  };
}
