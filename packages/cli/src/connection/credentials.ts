import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { exitCodes } from '../exit-codes.js';
import { Failure, usageFailure } from '../failure.js';
import { readFingerprint } from './fingerprint.js';

/** The server that the user is signed in to. */
export const Credentials = z.object({
  url: z.url({ protocol: /^https$/ }),
  /** SHA-256 of the server's certificate; null: this machine's CAs vouch for it. */
  fingerprint: z.string().nullable(),
  token: z.string().min(1),
});
export type Credentials = z.infer<typeof Credentials>;

/** Where credentials are kept: below XDG_CONFIG_HOME, else ~/.config. */
export function credentialsFile(env: NodeJS.ProcessEnv, home: string): string {
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'certfleet', 'credentials.json');
}

/** Keeps credentials for the user alone, in one step: a crash leaves the old ones. */
export async function storeCredentials(file: string, credentials: Credentials): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, 'w', 0o600);
  try {
    // The mode above is only for a file that did not exist.
    await chmod(draft, 0o600);
    await handle.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

/** Forgets them; false when there were none. */
export async function forgetCredentials(file: string): Promise<boolean> {
  const existed = await stat(file).then(
    () => true,
    () => false,
  );
  await rm(file, { force: true });
  return existed;
}

/** Null when nobody has signed in. Refuses a file that others can read, since the token in it may be known to them. */
async function loadCredentials(file: string): Promise<Credentials | null> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw usageFailure(
      `${file} cannot be read: ${(error as Error).message}`,
      'Make it readable for you, or remove it.',
    );
  }
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Failure(`Others can read ${file}, which holds a token.`, {
      exitCode: exitCodes.notAllowed,
      remedy: 'Delete that token on the server, remove the file and sign in again.',
    });
  }
  try {
    return Credentials.parse(JSON.parse(content));
  } catch (cause) {
    throw new Failure(`${file} does not hold credentials: ${(cause as Error).message}`, {
      exitCode: exitCodes.notAllowed,
      remedy: 'Remove it and sign in again.',
      cause,
    });
  }
}

/**
 * The credentials to use: CERTFLEET_URL, CERTFLEET_TOKEN and CERTFLEET_FINGERPRINT before what `certfleet login`
 * stored. What is stored is for one server: with another CERTFLEET_URL its token is not used. Throws a Failure when
 * there are none.
 */
export async function resolveCredentials(env: NodeJS.ProcessEnv, home: string): Promise<Credentials> {
  const { CERTFLEET_URL: url, CERTFLEET_TOKEN: token, CERTFLEET_FINGERPRINT: fingerprint } = env;
  const origin = url ? serverUrl(url).origin : null;
  const complete = origin !== null && token;
  const stored = complete ? null : await loadCredentials(credentialsFile(env, home));
  const usable = stored && (origin === null || stored.url === origin) ? stored : null;
  const credentials = {
    url: origin ?? usable?.url,
    token: token || usable?.token,
    fingerprint: fingerprint ? readFingerprint(fingerprint) : (usable?.fingerprint ?? null),
  };
  if (credentials.url === undefined || !credentials.token) throw notSignedIn(origin);
  return { url: credentials.url, token: credentials.token, fingerprint: credentials.fingerprint };
}

function notSignedIn(origin: string | null): Failure {
  return new Failure(`Not signed in${origin ? ` to ${origin}` : ''}.`, {
    exitCode: exitCodes.notAllowed,
    remedy: `Sign in with \`certfleet login ${origin ?? 'URL'}\`, or set CERTFLEET_URL and CERTFLEET_TOKEN.`,
    code: 'not-signed-in',
  });
}

/** The server's address as people type it: with or without https://, without a path. Throws a usage Failure. */
export function serverUrl(text: string): URL {
  const remedy = 'Give it as https://host:port.';
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) throw usageFailure(`"${text}" is not an address of a server.`, remedy);
  const url = new URL(withScheme);
  if (url.protocol !== 'https:')
    throw usageFailure(`${text} is not HTTPS, the only thing that a server speaks.`, remedy);
  return new URL(url.origin);
}
