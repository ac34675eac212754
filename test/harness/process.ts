import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** When a started program counts as ready. */
export type Readiness =
  | { line: RegExp }
  | { port: number; host?: string }
  /** Asked again and again until it resolves; what it threw last is in the error of a time-out. */
  | { check: () => Promise<void> };

export interface StartOptions {
  /** What the program is called in errors. */
  name: string;
  command: string;
  args?: string[];
  cwd?: string;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  ready: Readiness;
  /** How long it may take to be ready. Default: 30 s, since the machine may be a slow one. */
  readyWithinMs?: number;
  /** What asks it to end; SIGKILL follows after 10 s. */
  stopSignal?: NodeJS.Signals;
}

export interface RunningProgram {
  readonly name: string;
  readonly pid: number;
  /** Everything that it has written to standard output and error (the last 200 kB of it). */
  log(): string;
  /** Resolves with the first line, written already or still to come, that matches. */
  waitForLine(pattern: RegExp, withinMs?: number): Promise<string>;
  /** Set once it has ended. */
  readonly ended: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  /** Sends a signal without waiting for what follows. */
  signal(signal: NodeJS.Signals): void;
  /** Ends it and waits until it is gone. Does nothing when it has ended. */
  stop(): Promise<void>;
}

const logLimit = 200_000;
const running = new Set<ChildProcess>();
const killRunning = () => {
  for (const child of running) child.kill('SIGKILL');
};
process.once('exit', killRunning);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    // Whoever else listens ends the process in their own way, and the programs with it.
    if (process.listenerCount(signal) > 0) return;
    killRunning();
    process.kill(process.pid, signal);
  });
}

/**
 * Starts a program and resolves when it is ready.
 *
 * @throws when it cannot be started, ends early or is not ready in time; the message holds what it wrote.
 */
export async function startProgram(options: StartOptions): Promise<RunningProgram> {
  const { name, command, args = [], readyWithinMs = 30_000, stopSignal = 'SIGTERM' } = options;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);

  const news = new EventEmitter<{ log: [] }>();
  let log = '';
  let ended: RunningProgram['ended'];
  let spawnError: Error | undefined;
  const collect = (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-logLimit);
    news.emit('log');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  // Not `exit`: only after `close` has everything that was written arrived.
  const gone = new Promise<void>(resolve => {
    child.once('error', error => {
      spawnError = error;
      running.delete(child);
      resolve();
    });
    child.once('close', (code, signal) => {
      ended = { code, signal };
      running.delete(child);
      news.emit('log');
      resolve();
    });
  });

  const problem = (what: string) =>
    new Error(
      `${name} ${what}\ncommand: ${[command, ...args].join(' ')}\n${log.trim() === '' ? 'It wrote nothing.' : `It wrote:\n${log.trim()}`}`,
      { cause: spawnError },
    );
  const assertAlive = () => {
    if (spawnError) throw problem(`could not be started: ${spawnError.message}`);
    if (ended) throw problem(`ended early with ${ended.signal ?? `status ${ended.code}`}.`);
  };

  const program: RunningProgram = {
    name,
    pid: child.pid ?? 0,
    log: () => log,
    get ended() {
      return ended;
    },
    signal: signal => void child.kill(signal),
    async waitForLine(pattern, withinMs = readyWithinMs) {
      const deadline = AbortSignal.timeout(withinMs);
      for (;;) {
        const line = log.split('\n').find(candidate => pattern.test(candidate));
        if (line !== undefined) return line;
        assertAlive();
        try {
          await once(news, 'log', { signal: deadline });
        } catch (cause) {
          if (!deadline.aborted) throw cause;
          throw problem(`did not write a line like ${pattern} within ${withinMs} ms.`);
        }
      }
    },
    async stop() {
      if (ended || spawnError) return;
      child.kill(stopSignal);
      const stubborn = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(stubborn);
    },
  };

  try {
    if ('line' in options.ready) {
      await program.waitForLine(options.ready.line);
    } else {
      const { ready } = options;
      const check = 'port' in ready ? () => connects(ready.port, ready.host ?? '127.0.0.1') : ready.check;
      await until(check, readyWithinMs, assertAlive, cause => {
        const last = cause instanceof Error ? cause.message : String(cause);
        return problem(`was not ready within ${readyWithinMs} ms; the last look said: ${last}`);
      });
    }
  } catch (cause) {
    await program.stop();
    throw cause;
  }
  return program;
}

async function until(
  check: () => Promise<void>,
  withinMs: number,
  assertAlive: () => void,
  late: (cause: unknown) => Error,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    assertAlive();
    try {
      return await check();
    } catch (cause) {
      if (Date.now() > deadline) throw late(cause);
      await delay(25);
    }
  }
}

/** Resolves when something accepts TCP connections there, rejects when nothing does. */
export async function connects(port: number, host = '127.0.0.1'): Promise<void> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) });
  } finally {
    socket.destroy();
  }
}

/** Runs a program to its end and resolves with what it wrote to standard output. Rejects when it fails. */
export async function runProgram(command: string, args: string[], options: { cwd?: string } = {}): Promise<string> {
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    const line = [command, ...args].join(' ');
    throw new Error(`${line} ended with ${signal ?? `status ${code}`}:\n${errors.trim() || output.trim()}`);
  }
  return output;
}
