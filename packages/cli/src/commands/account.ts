import {
  type Account,
  AccountChange,
  AccountExport,
  AccountLink,
  AccountRegistration,
  type DirectoryMeta,
  keyFileLimits,
  operations,
} from '@certfleet/contract';
import type { CommandGroup, CommandSpec, Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { readBytes } from '../file-input.js';
import { refuseExisting, writeWhole } from '../file-output.js';
import { type Flag, flagsFor } from '../flags.js';
import type { Column, Fact, Format } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';
import { filePassPhrase, passPhraseFor } from '../pass-phrase.js';
import { readSecret, readText, type SecretInput, secretFileFlag } from '../secret-input.js';
import { limitsCommand } from './account-limits.js';
import { name } from './arguments.js';
import { directoryOf, shortNames } from './ca-directories.js';
import { confirm, yesFlag } from './confirm.js';
import { deleteCommand } from './deletion.js';
import { listCommand, searchFlags } from './list.js';
import { showCommand } from './show.js';

const ops = operations.account;

const columns: Column<Account>[] = [
  { title: 'Name', value: account => account.name },
  { title: 'Status', value: account => account.status, tone: account => (account.status === 'valid' ? 'good' : 'bad') },
  { title: 'Directory', value: account => account.directoryUrl, flexible: 'cut' },
  { title: 'E-mail', value: account => account.email ?? '–', flexible: 'cut' },
  { title: 'Created', value: (account, format) => when(account.createdAt, format) },
];

function facts(account: Account, format: Format): Fact[] {
  return [
    ['Name', account.name],
    ['Status', account.status, account.status === 'valid' ? 'good' : 'bad'],
    ['Directory', account.directoryUrl],
    ['Account URL', account.accountUrl],
    ['E-mail', account.email],
    ['Key', account.keyAlgorithm],
    ['Terms of service', account.termsOfServiceUrl],
    [
      'Agreed',
      account.termsAgreedAt && `${momentAndDistance(account.termsAgreedAt, format)} by ${account.termsAgreedBy}`,
    ],
    ['Created', momentAndDistance(account.createdAt, format)],
  ];
}

const caCertificate: Flag = {
  name: 'ca-certificate',
  placeholder: 'file',
  help: 'PEM of the root that signed the HTTPS certificate of a private CA; "-" for standard input.',
};

const eabSecret: SecretInput = {
  flag: 'eab-hmac-key-file',
  variable: 'CERTFLEET_EAB_HMAC_KEY',
  question: 'HMAC key of the external account binding (base64url)',
};

const register: CommandSpec = {
  name: 'register',
  summary: ops.register.summary,
  details: ["Shows the CA's terms of service and asks whether you agree, unless --agree-to-terms says so."],
  arguments: [name('What to call the account here')],
  operation: ops.register,
  flags: [
    ...flagsFor(AccountRegistration, {
      name: [],
      directoryUrl: {
        name: 'directory',
        placeholder: 'url',
        help: `The URL of the CA's directory, or one of ${shortNames}.`,
        parse: directoryOf,
      },
      email: { placeholder: 'address', help: 'Where the CA may write to.' },
      keyAlgorithm: { help: "Of the account's key." },
      agreeToTerms: [{ name: 'agree-to-terms', help: "You have read the CA's terms of service and agree to them." }],
      externalAccountBinding: [
        {
          name: 'eab-key-id',
          placeholder: 'text',
          help: 'Key ID of the external account binding, if the CA wants one.',
        },
        secretFileFlag(eabSecret, "the binding's HMAC key"),
      ],
      caCertificate: [caCertificate],
    }),
  ],
  examples: [
    'account register letsencrypt --directory letsencrypt --email ops@example.com',
    'account register ca --directory https://ca.example/acme --ca-certificate root.pem --agree-to-terms',
  ],
  async run(invocation) {
    const certificate = await caCertificateOf(invocation);
    const binding = await bindingOf(invocation);
    const registration = invocation.body(AccountRegistration, {
      name: invocation.argument('name'),
      ...certificate,
      ...(binding ? { externalAccountBinding: binding } : {}),
    });
    const directory = await invocation.call(ops.directory, {
      body: { directoryUrl: registration.directoryUrl, ...certificate },
    });
    if (directory.externalAccountRequired && !binding) {
      throw usageFailure(
        `${registration.directoryUrl} takes only accounts with an external account binding.`,
        "Get a key ID and an HMAC key from the CA's web site and repeat with --eab-key-id.",
      );
    }
    const account = await invocation.call(ops.register, {
      body: { ...registration, agreeToTerms: await agreed(invocation, directory) },
    });
    invocation.print.facts(account, facts(account, invocation.print.format));
    return undefined;
  },
};

const link: CommandSpec = {
  name: 'link',
  summary: ops.link.summary,
  details: [
    "The CA finds the account by its key and changes nothing. The file is certbot's private_key.json, acme.sh's account.key, lego's keys/<e-mail>.key, dehydrated's account_key.pem, or any key in PEM form.",
  ],
  arguments: [name('What to call the account here')],
  operation: ops.link,
  flags: flagsFor(AccountLink, {
    name: [],
    directoryUrl: {
      name: 'directory',
      placeholder: 'url',
      help: `The URL of the directory that it was registered at, or one of ${shortNames}.`,
      parse: directoryOf,
    },
    file: [
      {
        name: 'key-file',
        placeholder: 'file',
        required: true,
        help: 'The account\'s private key: PEM, encrypted or not, or JWK; "-" for standard input.',
      },
    ],
    passPhrase: [secretFileFlag(filePassPhrase, "the key's pass phrase, if it has one,")],
    caCertificate: [caCertificate],
  }),
  examples: [
    'account link letsencrypt --directory letsencrypt --key-file private_key.json',
    'account link ca --directory https://ca.example/acme --key-file account.key --pass-phrase-file phrase.txt',
  ],
  async run(invocation) {
    const { flags, world, print } = invocation;
    const file = await readBytes(flags.text('key-file') ?? '', 'key-file', keyFileLimits.accountKey, world.terminal);
    const body = invocation.body(AccountLink, {
      name: invocation.argument('name'),
      file: file.toString('base64'),
      ...(await passPhraseFor(file, invocation)),
      ...(await caCertificateOf(invocation)),
    });
    const account = await invocation.call(ops.link, { body });
    print.facts(account, facts(account, print.format));
    return undefined;
  },
};

/** Whether someone agreed to the CA's terms, by option or when asked. Throws a usage Failure when nobody did. */
async function agreed(invocation: Invocation, directory: DirectoryMeta): Promise<boolean> {
  const { termsOfServiceUrl: terms, directoryUrl } = directory;
  if (invocation.flags.has('agree-to-terms')) return true;
  if (terms === null) return false;
  const remedy = 'Read them, then repeat with --agree-to-terms.';
  if (!invocation.world.terminal.interactive) {
    throw usageFailure(`${directoryUrl} has terms of service that nobody agreed to: ${terms}`, remedy);
  }
  invocation.world.terminal.err.write(`The terms of service of ${directoryUrl}:\n  ${terms}\n`);
  if (await invocation.world.ask.confirm('Have you read them, and do you agree?')) return true;
  throw usageFailure('Without agreement there is no account; nothing was changed.', remedy);
}

async function caCertificateOf(invocation: Invocation): Promise<{ caCertificate?: string }> {
  const file = invocation.flags.text('ca-certificate');
  return file === undefined ? {} : { caCertificate: await readText(file, 'ca-certificate', invocation.world.terminal) };
}

async function bindingOf(invocation: Invocation): Promise<{ keyId: string; hmacKey: string } | null> {
  const keyId = invocation.flags.text('eab-key-id');
  if (keyId === undefined) return null;
  return { keyId, hmacKey: await readSecret(eabSecret, { flags: invocation.flags, ...invocation.world }) };
}

const directory: CommandSpec = {
  name: 'directory',
  summary: ops.directory.summary,
  arguments: [{ name: 'url', help: `The directory's URL, or one of ${shortNames}` }],
  operation: ops.directory,
  flags: [caCertificate],
  async run(invocation) {
    const meta = await invocation.call(ops.directory, {
      body: { directoryUrl: directoryOf(invocation.argument('url')), ...(await caCertificateOf(invocation)) },
    });
    invocation.print.facts(meta, directoryFacts(meta));
    return undefined;
  },
};

const ca: CommandSpec = {
  name: 'ca',
  summary: ops.ca.summary,
  arguments: [name('The account')],
  operation: ops.ca,
  async run(invocation) {
    const meta = await invocation.call(ops.ca, { params: { name: invocation.argument('name') } });
    invocation.print.facts(meta, directoryFacts(meta));
    return undefined;
  },
};

function directoryFacts(meta: DirectoryMeta): Fact[] {
  return [
    ['Directory', meta.directoryUrl],
    ['Web site', meta.website],
    ['Terms of service', meta.termsOfServiceUrl ?? 'none'],
    ['External account', meta.externalAccountRequired ? 'required' : 'not required'],
    ['CAA identities', meta.caaIdentities.join(', ')],
    ['ARI', meta.renewalInfo ? 'yes' : 'no'],
    ...Object.entries(meta.profiles).map(([profile, text]): Fact => [`Profile ${profile}`, text]),
  ];
}

const change: CommandSpec = {
  name: 'change',
  summary: ops.change.summary,
  arguments: [name('The account')],
  operation: ops.change,
  flags: flagsFor(AccountChange, { email: { placeholder: 'address', help: 'Where the CA may write to.' } }),
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const account = await invocation.call(ops.change, { params, body: invocation.body(AccountChange) });
    invocation.print.facts(account, facts(account, invocation.print.format));
    return undefined;
  },
};

const exportPassPhrase: SecretInput = {
  flag: 'pass-phrase-file',
  variable: 'CERTFLEET_PASS_PHRASE',
  question: 'Pass phrase to encrypt the key under',
};

const exporting: CommandSpec = {
  name: 'export',
  summary: ops.export.summary,
  details: [
    'The key is PEM (PKCS#8), encrypted if a pass phrase is given; "account link" takes it back, and other clients take it as well. Exporting it is an event.',
  ],
  arguments: [name('The account')],
  operation: ops.export,
  flags: [
    {
      name: 'key-file',
      placeholder: 'file',
      required: true,
      help: 'Write the private key to this file that only you can read.',
    },
    {
      ...secretFileFlag(exportPassPhrase, ''),
      help: `Encrypt the key under the pass phrase in this file, "-" for standard input; else under that in ${exportPassPhrase.variable}, else it is plain.`,
    },
    { name: 'force', help: 'Replace a file that exists.' },
  ],
  examples: ['account export letsencrypt --key-file letsencrypt.key --pass-phrase-file phrase.txt'],
  async run(invocation) {
    const { flags, world, print } = invocation;
    const params = { name: invocation.argument('name') };
    const file = flags.text('key-file') ?? '';
    const force = flags.has('force');
    if (!force) await refuseExisting(file);
    const given = flags.has(exportPassPhrase.flag) || Boolean(world.env[exportPassPhrase.variable]);
    const passPhrase = given ? await readSecret(exportPassPhrase, { flags, ...world }) : undefined;
    const body = invocation.body(AccountExport, passPhrase === undefined ? {} : { passPhrase });
    const { privateKey, ...account } = await invocation.call(ops.export, { params, body });
    await writeWhole(file, privateKey, 0o600, force);
    print.result(
      { ...account, privateKeyFile: file },
      () =>
        `The private key of ${params.name} is in ${file}. To link it again: certfleet account link NAME --directory ${account.directoryUrl} --key-file ${file}\n`,
    );
    return undefined;
  },
};

export const accountCommands: CommandGroup = {
  name: 'account',
  summary: 'Accounts at certificate authorities',
  commands: [
    directory,
    ca,
    register,
    link,
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query }),
      flags: searchFlags(ops.list.query),
      columns,
      empty: 'There are no accounts. Register one: certfleet account register letsencrypt --directory letsencrypt',
    }),
    showCommand({
      what: 'the account',
      operation: ops.show,
      show: (invocation, params) => invocation.call(ops.show, { params }),
      facts,
    }),
    limitsCommand,
    change,
    exporting,
    {
      name: 'rollover',
      summary: ops.rollover.summary,
      arguments: [name('The account')],
      operation: ops.rollover,
      async run(invocation) {
        const account = await invocation.call(ops.rollover, { params: { name: invocation.argument('name') } });
        invocation.print.result(account, () => `The account ${account.name} has a new key.\n`);
        return undefined;
      },
    },
    {
      name: 'deactivate',
      summary: ops.deactivate.summary,
      details: [
        'This is final: the CA never takes the account again, and it can not be linked again. Certificates that it issued stay valid.',
      ],
      arguments: [name('The account')],
      operation: ops.deactivate,
      flags: [yesFlag],
      async run(invocation) {
        const params = { name: invocation.argument('name') };
        await confirm(
          invocation,
          `Deactivate the account ${params.name} at the CA, for good? It can never be used or linked again.`,
        );
        const account = await invocation.call(ops.deactivate, { params });
        invocation.print.result(account, () => `The account ${account.name} is ${account.status}.\n`);
        return undefined;
      },
    },
    deleteCommand({
      what: 'the account',
      operation: ops.delete,
      note: 'It stays valid at the CA, but its key is deleted here: export that first (account export) to be able to link it again.',
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
