import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type HookCall, PluginError, redact } from '@certfleet/plugins';

/** More output than this is not kept: of each stream the beginning, in bytes. */
const mostOutput = 64 * 1024;
/** How much of what a failed program wrote is quoted, in characters: the end, where errors are. */
const mostQuoted = 500;
/** Between being asked to end and being killed, in milliseconds. */
const grace = 2000;

/** Of this process's environment a hook gets these: not the master key, not the database's password. */
const inherited = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/**
 * Runs a program to its end, without a shell, and resolves with what it wrote to standard output. It has a process group
 * of its own, of which nothing is left when it takes too long or isn't wanted any more.
 *
 * Throws PluginError `unavailable` when it fails, takes too long, or can't be started; the message has the end of what it
 * wrote, without `secrets`.
 */
export async function runProgram(file: string, title: string, call: HookCall): Promise<string> {
  const { argv, environment = {}, timeoutMs, signal, secrets } = call;
  signal.throwIfAborted();
  const own = Object.fromEntries(inherited.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])));
  const child = spawn(file, argv, {
    cwd: '/',
    env: { ...own, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const output = beginningOf(child.stdout);
  const errors = endOf(child.stderr);
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    // Not "close": a grandchild that keeps the pipes open is killed after this.
    child.once('exit', (code, killedBy) => resolve(code === null ? `was ended by ${killedBy}` : `ended with ${code}`));
  });
  const closed = new Promise(resolve => child.once('close', resolve));
  const late = AbortSignal.timeout(timeoutMs);
  const over = new AbortController();
  try {
    const outcome = await Promise.race([ended, aborted([late, signal], over.signal)]);
    await endGroup(child);
    // What it wrote last is still in the pipes; someone who left the group may hold them open.
    await Promise.race([closed, pause(grace, undefined, { ref: false })]);
    if (outcome === 'ended with 0') return output().text;
    signal.throwIfAborted();
    const what = late.aborted ? `did not end within ${timeoutMs / 1000} s, and was killed` : outcome;
    const said = quoted(errors(), secrets) || quoted(output(), secrets);
    throw new PluginError('unavailable', `${title} ${what}${said === '' ? '.' : `: ${said}`}`);
  } catch (cause) {
    if (cause instanceof PluginError || signal.aborted) throw cause;
    throw new PluginError('unavailable', `${title} could not be run: ${(cause as Error).message}`, { cause });
  } finally {
    over.abort();
  }
}

/** Resolves once one of the signals aborts, or with `over`. */
async function aborted(signals: readonly AbortSignal[], over: AbortSignal): Promise<string> {
  const any = AbortSignal.any([...signals, over]);
  if (!any.aborted) await new Promise(resolve => any.addEventListener('abort', resolve, { once: true }));
  return 'was stopped';
}

/** Ends whatever is left of its process group, politely at first. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const group = -child.pid;
  if (!send(group, 'SIGTERM')) return;
  for (const end = Date.now() + grace; Date.now() < end; ) {
    await pause(20);
    if (!send(group, 0)) return;
  }
  send(group, 'SIGKILL');
}

/** False when there is no such process any more. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** What was kept of a stream, and where it is cut off. */
interface Kept {
  text: string;
  cutAt: 'beginning' | 'end' | null;
}

function beginningOf(stream: Readable): () => Kept {
  let kept = Buffer.alloc(0);
  let whole = 0;
  stream.on('data', (chunk: Buffer) => {
    whole += chunk.length;
    if (kept.length < mostOutput) kept = Buffer.concat([kept, chunk]).subarray(0, mostOutput);
  });
  return () => ({ text: kept.toString(), cutAt: whole > kept.length ? 'end' : null });
}

function endOf(stream: Readable): () => Kept {
  let kept = Buffer.alloc(0);
  let whole = 0;
  stream.on('data', (chunk: Buffer) => {
    whole += chunk.length;
    kept = Buffer.concat([kept, chunk]).subarray(-mostOutput);
  });
  return () => ({ text: kept.toString(), cutAt: whole > kept.length ? 'beginning' : null });
}

/**
 * The end of what was kept. It is cut after secrets are out of it, since half of one can't be found; where the stream was
 * cut before, as much as the longest may have left there is not shown.
 */
function quoted({ text, cutAt }: Kept, secrets: readonly string[]): string {
  const half = Math.max(0, ...secrets.map(secret => Buffer.byteLength(encodeURIComponent(secret))));
  const safe = redact(text, secrets);
  const whole = safe.slice(
    cutAt === 'beginning' ? half : 0,
    cutAt === 'end' ? Math.max(0, safe.length - half) : undefined,
  );
  return whole.trim().slice(-mostQuoted);
}
