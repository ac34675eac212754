import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { bundle } from '../../harness/bundle.js';

const program = await bundle(join(import.meta.dirname, 'holder.child.ts'));

/** Another process that has a store open. */
export interface Holder {
  /** What it has said so far, a line each: the rows that it was told are committed. */
  readonly acknowledged: readonly string[];
  /** Resolves once it has said so many lines. */
  acknowledges(count: number): Promise<void>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a process that opens the store and then, if told to, writes rows until it is killed. */
export async function startHolder(url: string, work: 'hold' | 'write' = 'hold'): Promise<Holder> {
  const child = spawn(process.execPath, [program, url, work], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const acknowledged: string[] = [];
  const opened = once(lines, 'line');
  await Promise.race([
    opened,
    gone.then(() => Promise.reject(new Error(`The process that was to open ${url} ended.`))),
  ]);
  lines.on('line', line => acknowledged.push(line));
  return {
    acknowledged,
    async acknowledges(count) {
      while (acknowledged.length < count) await once(lines, 'line');
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
