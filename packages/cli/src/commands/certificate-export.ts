import {
  type CertificateExport,
  CertificateExportRequest,
  CertificateKeyExportRequest,
  KeystoreType,
  operations,
} from '@certfleet/contract';
import type { CommandSpec, Invocation } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { Failure, usageFailure } from '../failure.js';
import { refuseExisting, writeWhole } from '../file-output.js';
import { readSecret, type SecretInput, secretFileFlag } from '../secret-input.js';
import { name } from './arguments.js';
import { versionFlag } from './certificate-input.js';

const ops = operations.certificate;

/** What a keystore is put under. */
const keystorePassword: SecretInput = {
  flag: 'password-file',
  variable: 'CERTFLEET_KEYSTORE_PASSWORD',
  question: 'Password of the keystore',
};

/** Private keys and keystores go to files, a key to one that only its owner can read; never to standard output. */
export const exportCommand: CommandSpec = {
  name: 'export',
  summary: ops.export.summary,
  details: [
    'The form and the password are those that are kept with the certificate (--keystore-type when it is requested or changed), unless said otherwise.',
    'PEM: prints the leaf and its chain. With --key-file the private key is exported too, encrypted if there is a password.',
    'PKCS#12 and JKS: writes the keystore to --out, with the private key if --with-key is given. Java shows nothing of a PKCS#12 without a key.',
    'Exporting a key needs the role admin and is an event.',
  ],
  arguments: [name('The certificate')],
  operation: ops.export,
  flags: [
    versionFlag,
    {
      name: 'format',
      placeholder: KeystoreType.options.join('|'),
      choices: KeystoreType.options,
      field: ['format'],
      help: 'pkcs12: PFX with AES-256. pkcs12-legacy: for Windows before Server 2019 and Java before 8u301. (default: what is kept with the certificate, else pem)',
    },
    {
      name: 'out',
      placeholder: 'file',
      help: 'Write the keystore or the PEM to this file; PEM goes to standard output otherwise.',
    },
    { name: 'with-key', help: 'PKCS#12 and JKS: with the private key.' },
    {
      name: 'key-file',
      placeholder: 'file',
      help: 'PEM: also export the private key, to this file that only you can read.',
    },
    {
      name: 'plain-key',
      field: ['plain'],
      help: 'PEM: the private key is not encrypted, even if a password is kept with the certificate.',
    },
    secretFileFlag(keystorePassword, "the keystore's password, or what a PEM key is to be encrypted under,"),
    { name: 'force', help: 'Replace files that exist.' },
  ],
  examples: [
    'certificate export www --out www.pem --key-file www.key',
    'certificate export www --format pkcs12 --with-key --out www.p12 --password-file password.txt',
  ],
  async run(invocation) {
    const { flags } = invocation;
    const { keystore } = await invocation.call(ops.show, { params: { name: invocation.argument('name') } });
    const format = (flags.text('format') ?? keystore?.type ?? 'pem') as KeystoreType;
    const force = flags.has('force');
    checkFlags(invocation, format);
    // Before anything is exported: exporting a key for nothing would be an event all the same.
    for (const file of [flags.text('out'), flags.text('key-file')]) {
      if (file !== undefined && !force) await refuseExisting(file);
    }
    if (format === 'pem') await exportPem(invocation);
    else await exportKeystore(invocation, keystore?.hasPassword ?? false);
    return undefined;
  },
};

function checkFlags({ flags }: Invocation, format: KeystoreType): void {
  if (flags.has('plain-key') && !flags.has('key-file')) {
    throw usageFailure('--plain-key is about the key, which is not exported.', 'Name a file for it: --key-file FILE.');
  }
  if (format === 'pem') {
    if (flags.has('with-key')) {
      throw usageFailure('--with-key is for PKCS#12 and JKS.', 'With PEM, name the file of the key: --key-file FILE.');
    }
    return;
  }
  if (flags.has('key-file')) {
    throw usageFailure(
      `--key-file is for PEM; a keystore of type ${format} holds its key.`,
      'Give --with-key instead.',
    );
  }
  if (!flags.has('out')) {
    throw usageFailure(`A keystore of type ${format} is not printed.`, 'Name a file for it: --out FILE.');
  }
}

async function exportPem(invocation: Invocation): Promise<void> {
  const { flags, print } = invocation;
  const out = flags.text('out');
  const keyFile = flags.text('key-file');
  const force = flags.has('force');
  const exported = await fetchExport(invocation, keyFile !== undefined, await givenPassword(invocation));
  const pem = exported.certificate + exported.chain;
  if (keyFile !== undefined) {
    if (exported.privateKey === null) throw withoutKey(invocation.argument('name'));
    await writeWhole(keyFile, exported.privateKey, 0o600, force);
  }
  if (out !== undefined) await writeWhole(out, pem, 0o644, force);
  if (keyFile !== undefined) print.note(`The private key is in ${keyFile}.`);
  print.result(summary(exported, { file: out ?? null, ...(keyFile && { privateKeyFile: keyFile }) }), () =>
    out === undefined ? pem : `Wrote ${out}.\n`,
  );
}

async function exportKeystore(invocation: Invocation, hasPassword: boolean): Promise<void> {
  const { flags, print, world } = invocation;
  const out = flags.text('out') ?? '';
  const withKey = flags.has('with-key');
  const given = await givenPassword(invocation);
  const password =
    hasPassword || given.password ? given : { password: await readSecret(keystorePassword, { flags, ...world }, true) };
  const exported = await fetchExport(invocation, withKey, password);
  const keystore = Buffer.from(exported.keystore ?? '', 'base64');
  await writeWhole(out, keystore, withKey ? 0o600 : 0o644, flags.has('force'));
  print.result(summary(exported, { file: out }), () => `Wrote ${out}.\n`);
}

/** As it was given, or not at all: PEM needs none, and one may be kept with the certificate. */
async function givenPassword({ flags, world }: Invocation): Promise<{ password?: string }> {
  const given = flags.has(keystorePassword.flag) || Boolean(world.env[keystorePassword.variable]);
  return given ? { password: await readSecret(keystorePassword, { flags, ...world }) } : {};
}

function fetchExport(invocation: Invocation, withKey: boolean, password: object): Promise<CertificateExport> {
  const params = { name: invocation.argument('name') };
  return withKey
    ? invocation.call(ops.exportKey, { params, body: invocation.body(CertificateKeyExportRequest, { ...password }) })
    : invocation.call(ops.export, { params, body: invocation.body(CertificateExportRequest, { ...password }) });
}

/** For --json: where it went, and nothing that is secret. */
function summary({ format, version, certificate, chain }: CertificateExport, files: object) {
  return { format, version, certificate, chain, ...files };
}

function withoutKey(certificate: string): Failure {
  return new Failure(`The server has no private key of ${certificate}: it was made elsewhere.`, {
    exitCode: exitCodes.failed,
    remedy: 'Export the chain alone, without --key-file.',
  });
}
