import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { HaproxyError, systemErrorCode } from './errors.js';
import type { InstancePaths } from './paths.js';

/** The log is put aside (`.1`) at a start beyond this size; requests are not logged, so that takes long. */
const MAX_LOG = 10 * 1024 * 1024;

/** HAProxy gets none of our variables: they may hold secrets. */
const ENVIRONMENT = { PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };

/**
 * Has HAProxy check a configuration file.
 *
 * @throws {HaproxyError} `refused` with HAProxy's words, `notInstalled`
 */
export function checkConfiguration(binary: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { env: ENVIRONMENT, timeout: 300_000, maxBuffer: 16 * 1024 * 1024 };
    execFile(binary, ['-c', '-f', file], options, (error, stdout, stderr) => {
      if (error === null) return resolve();
      if (systemErrorCode(error) === 'ENOENT')
        return reject(new HaproxyError('notInstalled', `There is no HAProxy at ${binary}.`, { cause: error }));
      const detail = complaints(`${stdout}\n${stderr}`);
      reject(new HaproxyError('refused', `HAProxy refuses the configuration: ${detail}`, { detail, cause: error }));
    });
  });
}

/**
 * Starts HAProxy's master in a session of its own, so that it lives on when we end, however that happens. Its words go
 * to the log file. Returns as soon as the process exists; `exited` is settled when it ends.
 */
export async function startMaster(binary: string, paths: InstancePaths): Promise<{ exited: Promise<void> }> {
  if ((await logSize(paths)) > MAX_LOG) await rename(paths.log, `${paths.log}.1`);
  const log = openSync(paths.log, 'a', 0o600);
  try {
    const master = spawn(binary, ['-W', '-S', `${paths.masterSocket},mode,600`, '-f', paths.configuration], {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: paths.directory,
      env: ENVIRONMENT,
    });
    const exited = new Promise<void>(resolve => {
      master.once('exit', () => resolve());
      master.once('error', () => resolve());
    });
    await new Promise<void>((resolve, reject) => {
      master.once('spawn', resolve);
      master.once('error', cause =>
        reject(new HaproxyError('notInstalled', `Could not start ${binary}: ${cause.message}.`, { cause })),
      );
    });
    master.unref();
    return { exited };
  } finally {
    closeSync(log);
  }
}

/** Where the log ends now, to read later what came after it. */
export async function logSize(paths: InstancePaths): Promise<number> {
  try {
    return (await stat(paths.log)).size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

/** HAProxy's complaints since the log had `offset` bytes. */
export async function complaintsSince(paths: InstancePaths, offset: number): Promise<string> {
  const log = await open(paths.log, 'r');
  try {
    const { size } = await log.stat();
    const length = Math.min(size - offset, 1024 * 1024);
    const { buffer } = await log.read(Buffer.alloc(Math.max(length, 0)), 0, Math.max(length, 0), offset);
    return complaints(buffer.toString('utf8'));
  } finally {
    await log.close();
  }
}

/** The lines that say why: without the severity's prefix, the pid and the summary. */
export function complaints(output: string): string {
  const lines = output.split('\n').filter(line => line.includes('[ALERT]'));
  const chosen = lines.length > 0 ? lines : output.split('\n').filter(line => line.trim() !== '');
  const told = chosen
    .map(line => line.replace(/^.*?\[ALERT\]\s*(\S+\s*)?\(\d+\)\s*:\s*/, '').trim())
    .filter(line => !/^(config : )?(Error\(s\) found|Fatal errors found)/.test(line));
  return told.slice(0, 20).join('; ');
}

/** Tells from HAProxy's words why a process did not come up. */
export function startFailure(action: 'startFailed' | 'reloadFailed', detail: string): HaproxyError {
  const done = action === 'startFailed' ? 'start' : 'take the new configuration';
  if (/Address already in use/i.test(detail))
    return new HaproxyError(
      'portInUse',
      `HAProxy could not ${done}: an address is used by another process (${detail}). Stop that process, or give the virtual service another address or port.`,
      { detail },
    );
  if (/Cannot assign requested address/i.test(detail))
    return new HaproxyError(
      'refused',
      `HAProxy could not ${done}: this machine does not have an address to listen on (${detail}). Choose an address of this machine.`,
      { detail },
    );
  if (/Permission denied/i.test(detail)) return notPermitted(`HAProxy could not ${done}: ${detail}`, detail);
  return new HaproxyError(action, `HAProxy did not ${done}: ${detail || 'it said nothing'}.`, { detail });
}

/**
 * Tries whether an address can be bound, and lets go of it. A reload would find out too, but HAProxy then pauses the
 * listeners that work while it tries again and again for a second.
 *
 * @throws {HaproxyError} `portInUse`, `notPermitted`, or `refused` for an address that this machine doesn't have
 */
export function probeAddress(service: { index: number; address: string; port: number }): Promise<void> {
  const { index, address, port } = service;
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', cause => {
      const code = systemErrorCode(cause);
      const what = `Virtual service ${index} can't listen on ${address} port ${port}`;
      if (code === 'EADDRINUSE')
        return reject(
          new HaproxyError(
            'portInUse',
            `${what}: another process does. Stop that process, or choose another address or port.`,
            { cause },
          ),
        );
      if (code === 'EACCES') return reject(notPermitted(`${what}: ${cause.message}`, cause.message, cause));
      const why = code === 'EADDRNOTAVAIL' ? 'this machine does not have that address' : cause.message;
      const message = `${what}: ${why}. Choose an address of this machine.`;
      reject(new HaproxyError('refused', message, { cause, field: 'address' }));
    });
    server.listen({ host: address, port, ipv6Only: address.includes(':'), exclusive: true }, () => {
      server.close(() => resolve());
    });
  });
}

function notPermitted(what: string, detail: string, cause?: unknown): HaproxyError {
  return new HaproxyError(
    'notPermitted',
    `${what}. Ports below 1024 need the right to bind them: run as root, with the capability CAP_NET_BIND_SERVICE, or choose a higher port.`,
    { detail, cause },
  );
}
