import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { HaproxyError, systemErrorCode } from './errors.js';

const run = promisify(execFile);

/** `major * 100 + minor`, so that 2.6 < 2.10 < 3.0 compare as numbers. */
export type HaproxyVersion = number;

const OLDEST: HaproxyVersion = 206;

/** Reads the answer of `haproxy -v`; undefined if it is not one. */
export function parseVersion(output: string): HaproxyVersion | undefined {
  const match = /^HA-?Proxy version (\d+)\.(\d+)/m.exec(output);
  return match ? Number(match[1]) * 100 + Number(match[2]) : undefined;
}

/**
 * Asks the binary which version it is.
 *
 * @throws {HaproxyError} `notInstalled`, or `tooOld` for a version before 2.6
 */
export async function readVersion(binary: string): Promise<HaproxyVersion> {
  return (await askVersion(binary)).version;
}

/** The same for people, as whoever has built it calls it: `2.6.12-1+deb12u1`. Throws as {@link readVersion} does. */
export async function describeVersion(binary: string): Promise<string> {
  return (await askVersion(binary)).text;
}

async function askVersion(binary: string): Promise<{ version: HaproxyVersion; text: string }> {
  let output: string;
  try {
    output = (await run(binary, ['-v'], { timeout: 30_000 })).stdout;
  } catch (cause) {
    const why = systemErrorCode(cause) === 'ENOENT' ? 'there is no such file' : String(cause);
    throw new HaproxyError(
      'notInstalled',
      `Could not run "${binary} -v": ${why}. Install HAProxy 2.6 or later (Debian, Ubuntu: apt install haproxy), or set the path of its binary.`,
      { cause },
    );
  }
  const version = parseVersion(output);
  const firstLine = output.split('\n', 1)[0] ?? '';
  if (version === undefined)
    throw new HaproxyError(
      'notInstalled',
      `"${binary} -v" answered ${JSON.stringify(firstLine)}, which is not HAProxy. Set the path of HAProxy's binary.`,
    );
  if (version < OLDEST)
    throw new HaproxyError('tooOld', `${binary} is "${firstLine}". Certfleet needs HAProxy 2.6 or later.`, {
      detail: firstLine,
    });
  return { version, text: /version (\S+)/.exec(firstLine)?.[1] ?? firstLine };
}
