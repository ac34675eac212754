import { hostname } from 'node:os';
import { operations, Setup } from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { type Connection, connectAs } from '../connection/connect.js';
import { credentialsFile, forgetCredentials, serverUrl, storeCredentials } from '../connection/credentials.js';
import { readFingerprint, readServerCertificate, showFingerprint } from '../connection/fingerprint.js';
import { failureOfIssues, usageFailure } from '../failure.js';
import type { Flag } from '../flags.js';
import { printable } from '../output/printable.js';
import { momentAndDistance } from '../output/time.js';
import { readSecret, type SecretInput, secretFileFlag } from '../secret-input.js';

const url = { name: 'url', help: 'The server, as https://host:port' };

const fingerprintFlag: Flag = {
  name: 'fingerprint',
  placeholder: 'sha256',
  help: "Of the server's certificate, as it prints it when it starts; else it is shown and you are asked.",
};

const tokenInput: SecretInput = { flag: 'token-file', variable: 'CERTFLEET_TOKEN', question: 'API token' };
const passwordInput: SecretInput = { flag: 'password-file', variable: 'CERTFLEET_PASSWORD', question: 'Password' };
const setupCodeInput: SecretInput = {
  flag: 'code-file',
  variable: 'CERTFLEET_SETUP_CODE',
  question: "The set-up link's code",
};

export const login: CommandSpec = {
  name: 'login',
  summary: 'Sign in to a server and remember it',
  details: [
    'With an API token, or with --user and a password: then a token is made for this machine, which takes the role admin.',
    "The server's certificate is pinned, unless this machine's CAs vouch for it.",
  ],
  arguments: [url],
  flags: [
    fingerprintFlag,
    secretFileFlag(tokenInput, 'the token'),
    { name: 'user', placeholder: 'name', help: 'Sign in with a password instead of a token.' },
    secretFileFlag(passwordInput, 'the password'),
  ],
  examples: [
    'login https://certfleet.example.com:8443 --user alice',
    'login https://192.0.2.1:8443 --token-file token',
  ],
  async run(invocation) {
    const server = await trust(invocation, serverUrl(invocation.argument('url')));
    const sources = { flags: invocation.flags, ...invocation.world };
    const user = invocation.flags.text('user');
    if (user !== undefined) return signIn(invocation, server, user, await readSecret(passwordInput, sources));
    return remember(invocation, server, await readSecret(tokenInput, sources));
  },
};

export const setup: CommandSpec = {
  name: 'setup',
  summary: 'Make the first administrator of a new server, and sign in',
  details: ['The server prints a link with a code when it starts for the first time.'],
  arguments: [url, { name: 'name', help: "The administrator's name" }],
  flags: [
    fingerprintFlag,
    secretFileFlag(setupCodeInput, 'the code'),
    secretFileFlag(passwordInput, 'the new password'),
  ],
  async run(invocation) {
    const server = await trust(invocation, serverUrl(invocation.argument('url')));
    const sources = { flags: invocation.flags, ...invocation.world };
    const name = invocation.argument('name');
    const code = await readSecret(setupCodeInput, sources);
    const password = await readSecret({ ...passwordInput, question: 'New password' }, sources, true);
    const body = { code, name, password };
    const checked = Setup.safeParse(body);
    if (!checked.success) throw failureOfIssues(checked.error.issues, []);
    const connection = connectAs(server, basic(name, password));
    try {
      await connection.client.call(operations.session.setup, { body });
    } finally {
      await connection.close();
    }
    return signIn(invocation, server, name, password);
  },
};

/** A server that may be believed, and how to recognise it. */
interface TrustedServer {
  url: string;
  fingerprint: string | null;
}

/** Looks at the server's certificate before anything secret is typed. Throws a Failure when it is not to be trusted. */
async function trust(invocation: Invocation, server: URL): Promise<TrustedServer> {
  const { world, flags, print } = invocation;
  const expected = flags.text('fingerprint') ?? world.env.CERTFLEET_FINGERPRINT;
  if (expected) return { url: server.origin, fingerprint: readFingerprint(expected) };
  const certificate = await readServerCertificate(server);
  if (certificate.distrust === null) return { url: server.origin, fingerprint: null };
  const shown = showFingerprint(certificate.fingerprint);
  if (!world.terminal.interactive) {
    throw usageFailure(
      `This machine's CAs don't vouch for the certificate of ${server.origin} (${certificate.distrust}), and there is nobody to ask. Its SHA-256 fingerprint is ${shown}.`,
      'Compare it with what the server printed when it started, and give it as --fingerprint.',
    );
  }
  world.terminal.err.write(
    [
      `This machine's CAs don't vouch for the certificate of ${server.origin} (${certificate.distrust}).`,
      `  name       ${printable(certificate.subject)}`,
      `  not after  ${momentAndDistance(certificate.notAfter.toISOString(), print.format)}`,
      `  SHA-256    ${shown}\n`,
    ].join('\n'),
  );
  if (await world.ask.confirm('Is this the fingerprint that the server printed when it started?')) {
    return { url: server.origin, fingerprint: certificate.fingerprint };
  }
  throw usageFailure('Not trusted; nothing was sent or stored.', 'Find out who answers there.');
}

async function signIn(
  invocation: Invocation,
  server: TrustedServer,
  user: string,
  password: string,
): Promise<undefined> {
  const connection = connectAs(server, basic(user, password));
  try {
    return await remember(invocation, server, await makeToken(invocation, connection, user));
  } finally {
    await connection.close();
  }
}

/**
 * A token with the user's own role, named after the user, this machine and the moment, so that it can be told apart.
 */
async function makeToken(invocation: Invocation, { client }: Connection, user: string): Promise<string> {
  const { role } = await client.call(operations.session.show, {});
  if (role !== 'admin') {
    throw usageFailure(
      `${user} has the role ${role}, and only an administrator can make API tokens.`,
      `Ask one for a token (certfleet token create NAME --role ${role}) and sign in with it, without --user.`,
    );
  }
  const machine = hostname().replace(/[^A-Za-z0-9._-]/g, '-');
  const moment = invocation.world
    .now()
    .toISOString()
    .replace(/[-:]|\.\d+/g, '');
  const name = `${user}@${machine}-${moment}`.slice(0, 128);
  return (await client.call(operations.token.create, { body: { name, role } })).token;
}

/** Stores the token once the server has taken it. */
async function remember(invocation: Invocation, server: TrustedServer, token: string): Promise<undefined> {
  const { world, print } = invocation;
  const connection = connectAs(server, `Bearer ${token}`);
  try {
    const session = await connection.client.call(operations.session.show, {});
    const file = credentialsFile(world.env, world.home);
    await storeCredentials(file, { ...server, token });
    print.result(
      { url: server.url, fingerprint: server.fingerprint, name: session.name, role: session.role, file },
      () =>
        [
          `Signed in to ${server.url} as ${session.name}, ${session.role}.`,
          `The token is in ${file}, which only you can read.\n`,
        ].join('\n'),
    );
  } finally {
    await connection.close();
  }
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

export const logout: CommandSpec = {
  name: 'logout',
  summary: 'Forget the server and the token',
  details: ['The token itself stays valid until it is deleted on the server: `certfleet token delete`.'],
  async run({ world, print }) {
    const file = credentialsFile(world.env, world.home);
    const existed = await forgetCredentials(file);
    print.result({ forgotten: existed }, () => (existed ? `Removed ${file}.\n` : 'Nobody was signed in.\n'));
    return undefined;
  },
};

export const whoami: CommandSpec = {
  name: 'whoami',
  summary: 'Show which server this is, and who you are there',
  operation: operations.session.show,
  async run(invocation) {
    const { name, role } = await invocation.call(operations.session.show, {});
    const { url } = await invocation.connection();
    invocation.print.facts({ url, name, role }, [
      ['Server', url],
      ['Name', name],
      ['Role', role],
    ]);
    return undefined;
  },
};
