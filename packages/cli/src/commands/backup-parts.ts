import { createReadStream, createWriteStream } from 'node:fs';
import { access, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import {
  BackupCreation,
  BackupPassPhrase,
  operations,
  type Restoration,
  RestorationRequest,
} from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { type Flag, flagsFor } from '../flags.js';
import { readSecret, type SecretInput, secretFileFlag } from '../secret-input.js';
import { configFlag, type Server, sources, withServer } from '../server-package.js';

const ops = operations.backup;

const passPhrase: SecretInput = {
  flag: 'pass-phrase-file',
  variable: 'CERTFLEET_PASS_PHRASE',
  question: 'Pass phrase of the backup',
};
const passPhraseFlag: Flag = { ...secretFileFlag(passPhrase, 'the pass phrase of the backup'), field: ['passPhrase'] };
const offlineFlag: Flag = {
  name: 'offline',
  help: 'Work on the store itself, with --config, instead of asking the server. On SQLite the server must be stopped.',
};

const kinds = BackupCreation.shape.kind.unwrap().options;

/** Beside what the whole store's backup has. */
export const createFlags: Flag[] = [
  ...flagsFor(BackupCreation, {
    kind: [
      {
        name: 'part',
        field: ['kind'],
        placeholder: kinds.join('|'),
        choices: kinds,
        help: 'What: base (with the virtual services) or certificates. (default: a copy of the store)',
      },
    ],
    certificates: { name: 'certificates' },
    passPhrase: [passPhraseFlag],
  }),
  offlineFlag,
];

/** Beside what the whole store's restore has. */
export const restoreFlags: Flag[] = [
  ...flagsFor(RestorationRequest, {
    parts: { help: 'Of a base backup: base, vs, or both with a comma. (default: both)' },
    certificates: { help: 'Of a backup of certificates: full, third (imported ones) or vs. (default: full)' },
  }),
  passPhraseFlag,
  {
    name: 'master-key-file',
    placeholder: 'file',
    help: 'The master key of the instance that the backup was made of, if it has no pass phrase.',
  },
  offlineFlag,
];

/** Throws a usage failure that names those of `flags` that were given, since they would change nothing. */
export function refuseFlags(invocation: Invocation, flags: readonly Pick<Flag, 'name'>[], why: string): void {
  const given = flags.filter(({ name }) => invocation.flags.has(name)).map(({ name }) => `--${name}`);
  if (given.length > 0)
    throw usageFailure(`${why} ${given.join(', ')} would change nothing.`, 'Leave it out; --help says what it is for.');
}

/** The server has its own configuration. */
function refuseConfig(invocation: Invocation): void {
  if (!invocation.flags.has('offline')) refuseFlags(invocation, [configFlag], 'Without --offline the server does it.');
}

/** Makes a backup in parts, by the server or offline. */
export async function createParts(invocation: Invocation, file: string): Promise<void> {
  const { flags, print } = invocation;
  refuseConfig(invocation);
  if (flags.text('part') === 'base') {
    refuseFlags(invocation, [{ name: 'certificates' }], 'A base backup has no certificates.');
  }
  const isSecret = flags.text('part') === 'certificates' || hasPassPhrase(invocation);
  const given = isSecret ? { passPhrase: await readPassPhrase(invocation, true) } : {};
  const body = BackupCreation.parse(invocation.body(BackupCreation, given));
  if (flags.has('offline')) {
    await withParts(invocation, (server, parts) => server.createBackup(parts, body, file, offlineActor));
  } else {
    await refuseExisting(file);
    await save(file, await invocation.call(ops.create, { body }));
  }
  const { size } = await stat(file);
  const sealed = isSecret ? 'sealed under the pass phrase' : 'sealed under the usual pass phrase or the master key';
  print.result({ file, bytes: size }, () => `${file}: ${size} bytes, ${sealed}.\n`);
}

/** Restores a backup in parts, by the server or offline. */
export async function restoreParts(invocation: Invocation, file: string): Promise<void> {
  const { flags } = invocation;
  refuseConfig(invocation);
  // It goes into a header: the flag has that field so that the server's complaint about it names the flag.
  const query = invocation.body(RestorationRequest, { passPhrase: undefined });
  const phrase = await passPhraseOf(file, invocation);
  const keyFile = flags.text('master-key-file');
  const masterKey = keyFile === undefined ? undefined : (await readFile(keyFile, 'utf8')).trim();
  if (flags.has('offline')) {
    const secrets = {
      passPhrase: phrase,
      masterKey: masterKey === undefined ? undefined : Buffer.from(masterKey, 'base64'),
    };
    const restoration = await withParts(invocation, (server, parts) =>
      server.restoreBackup(parts, server.fromFile(file), RestorationRequest.parse(query), secrets, offlineActor),
    );
    return show(invocation, restoration);
  }
  const headers = {
    ...(phrase === undefined ? {} : { 'certfleet-pass-phrase': Buffer.from(phrase).toString('base64url') }),
    ...(masterKey === undefined ? {} : { 'certfleet-master-key': masterKey }),
  };
  show(invocation, await invocation.call(ops.restore, { query, headers, upload: createReadStream(file) }));
}

/** Whether a file begins as backups in parts do. */
export async function isInParts(file: string): Promise<boolean> {
  return (await headerOf(file)).startsWith('certfleet-backup ');
}

export const showSettings: CommandSpec = {
  name: 'show',
  summary: ops.show.summary,
  operation: ops.show,
  async run(invocation) {
    const { sealedBy } = await invocation.call(ops.show, {});
    invocation.print.facts({ sealedBy }, [['Sealed by', sealedBy]]);
    return undefined;
  },
};

export const changeSettings: CommandSpec = {
  name: 'pass-phrase',
  summary: ops.change.summary,
  details: [
    'Base backups that are made without a pass phrase are sealed under it, and restored with it. Give another instance the same one, and it can restore them.',
  ],
  operation: ops.change,
  flags: [passPhraseFlag, { name: 'none', help: 'Seal them under the master key again.' }],
  async run(invocation) {
    const phrase = invocation.flags.has('none') ? null : await readPassPhrase(invocation, true);
    const { sealedBy } = await invocation.call(ops.change, { body: { passPhrase: phrase } });
    invocation.print.facts({ sealedBy }, [['Sealed by', sealedBy]]);
    return undefined;
  },
};

const offlineActor = 'system';

type Parts = Parameters<Server['createBackup']>[0];

function withParts<T>(invocation: Invocation, use: (server: Server, parts: Parts) => Promise<T>): Promise<T> {
  return withServer(invocation, async server => {
    const { store } = await server.openConfiguredStore(sources(invocation));
    try {
      return await use(server, { store, clock: { now: Date.now } });
    } finally {
      await store.close();
    }
  });
}

function hasPassPhrase({ flags, world }: Invocation): boolean {
  return flags.has(passPhrase.flag) || Boolean(world.env[passPhrase.variable]);
}

/** The pass phrase that a backup opens with; undefined for none, and for the usual one, which the instance knows. */
async function passPhraseOf(file: string, invocation: Invocation): Promise<string | undefined> {
  if (hasPassPhrase(invocation)) return readPassPhrase(invocation, false);
  const header = await headerOf(file);
  if (!header.includes('"sealedBy":"pass-phrase"')) return undefined;
  if (!header.includes('"kind":"base"')) return readPassPhrase(invocation, false);
  const { terminal, ask } = invocation.world;
  if (!terminal.interactive) return undefined;
  const answer = await ask.secret(`${passPhrase.question}, empty for the usual one of this instance`);
  return answer === '' ? undefined : checkedPassPhrase(answer);
}

async function readPassPhrase({ flags, world }: Invocation, isNew: boolean): Promise<string> {
  const { env, terminal, ask } = world;
  return checkedPassPhrase(await readSecret(passPhrase, { flags, env, terminal, ask }, isNew));
}

function checkedPassPhrase(phrase: string): string {
  const checked = BackupPassPhrase.safeParse(phrase);
  if (checked.success) return phrase;
  throw usageFailure(`The pass phrase can't be one: ${checked.error.issues[0]?.message}`, 'Give 7 to 64 characters.');
}

async function headerOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await handle.close();
  }
}

/** The file has its name once it is whole and on the disk. */
/** Writes a download to a file that is not there yet; one that is cut off leaves nothing. */
export async function save(file: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const draft = `${file}.part`;
  // Of one that was cut off.
  await rm(draft, { force: true });
  try {
    await pipeline(content, createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
    await refuseExisting(file);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Throws a usage Failure. */
export async function refuseExisting(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw usageFailure(`${file} is there already.`, 'Choose another file.');
}

function show({ print, flags }: Invocation, restoration: Restoration): void {
  const { createdAt, restored, leftOut } = restoration;
  const counts = Object.entries(restored).map(([table, count]) => `${table.replaceAll('_', ' ')}: ${count}`);
  print.result(restoration, () =>
    [
      `Restored from a backup of ${createdAt}: ${counts.join(', ') || 'nothing'}.`,
      ...leftOut,
      'Certfleet is paused: it neither renews nor deploys.',
      ...(flags.has('offline') ? ['HAProxy is brought to what was restored once the server runs.'] : []),
      'Once no other instance of this backup works: certfleet system resume',
      '',
    ].join('\n'),
  );
}
