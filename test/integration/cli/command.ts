import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HaproxyInstance } from '@certfleet/haproxy';
import { findHaproxy } from '../../harness/haproxy.js';
import { checkout } from '../../harness/parts.js';
import { freePort } from '../../harness/ports.js';
import { type RunningProgram, startProgram } from '../../harness/process.js';
import { createWorkdir, type Workdir } from '../../harness/workdir.js';

const bin = join(checkout, 'packages/cli/bin/certfleet.js');

export interface Result {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A home folder from which `certfleet` is run as a process of its own, without a terminal. */
export class CommandLine {
  readonly home: Workdir = createWorkdir('cli');
  readonly #env: NodeJS.ProcessEnv;

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.#env = { PATH: process.env.PATH, HOME: this.home.path, TZ: 'UTC', ...env };
  }

  async run(
    argv: readonly string[],
    { env = {}, input = '' }: { env?: NodeJS.ProcessEnv; input?: string } = {},
  ): Promise<Result> {
    const child = spawn(process.execPath, [bin, ...argv], { cwd: this.home.path, env: { ...this.#env, ...env } });
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { exitCode, stdout, stderr };
  }

  /** Runs a command that must succeed, with --json, and gives its document. */
  async document(...argv: string[]): Promise<Record<string, unknown>> {
    const { exitCode, stdout, stderr } = await this.run([...argv, '--json']);
    if (exitCode !== 0) throw new Error(`certfleet ${argv.join(' ')} ended with ${exitCode}:\n${stderr}${stdout}`);
    return JSON.parse(stdout);
  }
}

/** `certfleet serve` with a data folder of its own. */
export interface Serving {
  program: RunningProgram;
  configFile: string;
  /** What it printed. */
  url: string;
  fingerprint: string;
  setupCode: string;
  /** Ends it, and the HAProxy that it started. */
  destroy(): Promise<void>;
}

/** `more`: what certfleet.yaml says besides. */
export async function startServing(more: Record<string, unknown> = {}): Promise<Serving> {
  const workdir = createWorkdir('serve', { mode: 0o700 });
  const haproxy = await findHaproxy();
  const port = await freePort();
  const configFile = workdir.file('certfleet.json');
  await writeFile(
    configFile,
    JSON.stringify({
      dataDir: workdir.file('data'),
      publicUrl: `https://127.0.0.1:${port}`,
      listen: { address: '127.0.0.1', port },
      haproxy: { binary: haproxy.path },
      log: { level: 'warn' },
      ...more,
    }),
  );
  const program = await startProgram({
    name: 'certfleet serve',
    command: process.execPath,
    args: [bin, 'serve', '--config', configFile],
    ready: { line: /\/setup#/ },
  });
  const printed = (pattern: RegExp): string => {
    const found = pattern.exec(program.log())?.[1];
    if (found === undefined) throw new Error(`certfleet serve did not print ${pattern}:\n${program.log()}`);
    return found;
  };
  return {
    program,
    configFile,
    url: printed(/answers at (https:\S+)/),
    fingerprint: printed(/\(SHA-256\): ([0-9A-F:]+)/),
    setupCode: printed(/\/setup#([\w-]+)/),
    async destroy() {
      await (await HaproxyInstance.open({ directory: workdir.file('data', 'haproxy', 'local') })).stop();
      await program.stop();
      workdir.remove();
    },
  };
}
