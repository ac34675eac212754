import {
  AssignmentCreation,
  type Certificate,
  CertificateChange,
  CertificateRequest,
  DnsAssignment,
  KeyImport,
  operations,
  Revocation,
} from '@certfleet/contract';
import type { CommandGroup, CommandSpec, Invocation } from '../command.js';
import { flagsFor } from '../flags.js';
import { type Baseline, baselineOf } from '../wait/progress.js';
import { waitFlags, waitFor } from '../wait/wait.js';
import { name } from './arguments.js';
import { bulkCommand } from './certificate-bulk.js';
import { bulkExportCommand } from './certificate-bulk-export.js';
import { challengesCommand, newChallengeCommand, verifyCommand } from './certificate-challenges.js';
import { exportCommand } from './certificate-export.js';
import { filterFlags, withMoments } from './certificate-filter.js';
import { importBody, importFlags } from './certificate-import.js';
import {
  assignment,
  changeFlags,
  dnsFlags,
  labelsAndCsr,
  reasonFlag,
  requestFlags,
  versionFlag,
} from './certificate-input.js';
import { keyFlags, keyFrom } from './certificate-key.js';
import { keystoreWithPassword } from './certificate-keystore.js';
import { preflightCommand } from './certificate-preflight.js';
import { proofsCommand } from './certificate-proofs.js';
import { sendCommand } from './certificate-send.js';
import {
  assignmentColumns,
  certificateColumns,
  certificateText,
  servedColumns,
  versionColumns,
} from './certificate-view.js';
import { confirm, yesFlag } from './confirm.js';
import { deleteCommand } from './deletion.js';
import { listCommand } from './list.js';

const ops = operations.certificate;
const unassigned = 'It is assigned to no target. Assign it: certfleet certificate assign NAME TARGET';
const theCertificate = name('The certificate');

/** Prints the certificate, after waiting for what `newerThan` and `targets` expect if --wait was given. */
async function finish(
  invocation: Invocation,
  certificate: Certificate,
  newerThan: Baseline | null,
  targets?: readonly string[],
): Promise<undefined> {
  const { print } = invocation;
  if (!invocation.flags.has('wait')) {
    print.result(certificate, () => certificateText(certificate, print.format));
    return;
  }
  const outcome = await waitFor(invocation, {
    certificate: certificate.name,
    newerThan,
    ...(targets ? { targets } : {}),
  });
  print.result(outcome, () => certificateText(outcome.certificate, print.format, outcome.assignments));
}

const request: CommandSpec = {
  name: 'request',
  summary: ops.request.summary,
  details: [
    'Without --wait it ends as soon as the server has taken the request. With --wait --json the document is {"certificate": …, "assignments": […]}.',
  ],
  arguments: [name('What to call the certificate')],
  operation: ops.request,
  flags: [...requestFlags, ...waitFlags],
  examples: [
    'certificate request www --identifier www.example.com --identifier example.com --assign vs-2 --wait',
    'certificate request pinned --identifier pinned.example.com --key-file pinned.key',
    'certificate request mail --identifier mail.example.com=dns --label team=mail',
  ],
  async run(invocation) {
    const key = await keyFrom(invocation, 'key-file');
    const body = invocation.body(CertificateRequest, {
      name: invocation.argument('name'),
      ...(await labelsAndCsr(invocation)),
      ...(await keystoreWithPassword(invocation)),
      ...(key ? { key } : {}),
    });
    return finish(invocation, await invocation.call(ops.request, { body }), baselineOf(null));
  },
};

const change: CommandSpec = {
  name: 'change',
  summary: ops.change.summary,
  arguments: [theCertificate],
  operation: ops.change,
  flags: [...changeFlags, ...waitFlags],
  examples: ['certificate change www --identifier www.example.com --identifier shop.example.com --wait'],
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const body = invocation.body(CertificateChange, {
      ...(await labelsAndCsr(invocation)),
      ...(await keystoreWithPassword(invocation)),
    });
    const before = await invocation.call(ops.show, { params });
    const after = await invocation.call(ops.change, { params, body });
    // Only the server knows whether what was given is anything new.
    return finish(invocation, after, after.renewal?.reason === 'changed' ? baselineOf(before) : null);
  },
};

const importing: CommandSpec = {
  name: 'import',
  summary: ops.import.summary,
  details: [
    'The chain is put in order and completed with the intermediate certificates that are kept here. It is never renewed by itself: import the next one with --replace, and it is deployed wherever the certificate is assigned.',
  ],
  arguments: [name('What to call the certificate')],
  operation: ops.import,
  flags: [...importFlags, ...waitFlags],
  examples: [
    'certificate import shop --file shop.pem --file shop.key --file intermediate.pem',
    'certificate import shop --file shop.pfx --pass-phrase-file phrase.txt --replace --wait',
  ],
  async run(invocation) {
    return finish(invocation, await invocation.call(ops.import, { body: await importBody(invocation) }), null);
  },
};

const importKey: CommandSpec = {
  name: 'import-key',
  summary: ops.importKey.summary,
  details: [
    'It is issued again, for that key; renewals keep it until another one is imported or --key-on-renewal says new or same. A CSR that it had is not used any more.',
  ],
  arguments: [theCertificate],
  operation: ops.importKey,
  flags: [...keyFlags('key-file', true), ...waitFlags],
  examples: ['certificate import-key www --key-file www.key --wait'],
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const body = invocation.body(KeyImport, await keyFrom(invocation, 'key-file'));
    const before = await invocation.call(ops.show, { params });
    const after = await invocation.call(ops.importKey, { params, body });
    return finish(invocation, after, after.renewal?.reason === 'changed' ? baselineOf(before) : null);
  },
};

const assignDns: CommandSpec = {
  name: 'assign-dns',
  summary: ops.assignDns.summary,
  details: [
    'What is valid and not due is not issued again: the next renewal is proven in this way. What was presented for an order that is given up is taken away.',
  ],
  arguments: [theCertificate],
  operation: ops.assignDns,
  flags: [...dnsFlags, ...waitFlags],
  examples: [
    'certificate assign-dns www --solver cloudflare --wait',
    'certificate assign-dns www --solver bind --identifier www.example.org',
  ],
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const before = await invocation.call(ops.show, { params });
    const after = await invocation.call(ops.assignDns, { params, body: invocation.body(DnsAssignment) });
    const goesOn = after.request === 'pending' || after.request === 'failed';
    return finish(invocation, after, goesOn ? baselineOf(before) : null);
  },
};

const renew: CommandSpec = {
  name: 'renew',
  summary: ops.renew.summary,
  arguments: [theCertificate],
  operation: ops.renew,
  flags: waitFlags,
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const before = await invocation.call(ops.show, { params });
    return finish(invocation, await invocation.call(ops.renew, { params }), baselineOf(before));
  },
};

const revoke: CommandSpec = {
  name: 'revoke',
  summary: ops.revoke.summary,
  details: [
    'The current version is replaced first, with another key, and revoked as soon as the next one is served everywhere. With --now it is revoked at once: clients that look at revocation refuse it from then on, wherever it is still served.',
  ],
  arguments: [theCertificate],
  operation: ops.revoke,
  flags: [
    versionFlag,
    reasonFlag,
    {
      name: 'now',
      field: ['replaceFirst'],
      value: false,
      help: 'Revoke it at once, without replacing it first.',
    },
    yesFlag,
  ],
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const body = invocation.body(Revocation);
    await confirm(
      invocation,
      `Revoke ${body.version ? `version ${body.version}` : 'the current version'} of ${params.name}, for good?`,
    );
    const version = await invocation.call(ops.revoke, { params, body });
    invocation.print.result(version, () =>
      version.revokedAt === null
        ? `Version ${version.number} of ${params.name}, serial ${version.serial}, is revoked as soon as the next one is served in its place.\n`
        : `Revoked version ${version.number} of ${params.name}, serial ${version.serial}.\n`,
    );
    return undefined;
  },
};

const assign: CommandSpec = {
  name: 'assign',
  summary: ops.assign.summary,
  arguments: [
    theCertificate,
    { name: 'target[:default]', help: 'The target; with :default for clients whose SNI matches nothing' },
  ],
  operation: ops.assign,
  flags: waitFlags,
  examples: ['certificate assign www vs-2:default --wait'],
  async run(invocation) {
    const params = { name: invocation.argument('name') };
    const wanted = assignment(invocation.argument('target[:default]'));
    const made = await invocation.call(ops.assign, { params, body: invocation.body(AssignmentCreation, wanted) });
    if (invocation.flags.has('wait')) {
      return finish(invocation, await invocation.call(ops.show, { params }), null, [wanted.target]);
    }
    invocation.print.result(made, () => `${made.certificate} is to be served by ${made.target}.\n`);
    return undefined;
  },
};

const unassign: CommandSpec = {
  name: 'unassign',
  summary: ops.unassign.summary,
  arguments: [theCertificate, { name: 'target', help: 'The target' }],
  operation: ops.unassign,
  flags: [yesFlag],
  async run(invocation) {
    const params = { name: invocation.argument('name'), target: invocation.argument('target') };
    await confirm(invocation, `Take ${params.name} from ${params.target}?`);
    await invocation.call(ops.unassign, { params });
    invocation.print.result(
      { unassigned: params },
      () => `${params.name} is no longer assigned to ${params.target}.\n`,
    );
    return undefined;
  },
};

const filters = flagsFor(ops.list.query, {
  cursor: [],
  limit: [],
  ...filterFlags,
  sort: { help: 'What to sort by; "-" for the other direction.' },
});

export const certificateCommands: CommandGroup = {
  name: 'certificate',
  summary: 'Certificates: what should stay valid, and where it is served',
  commands: [
    request,
    preflightCommand,
    importing,
    listCommand({
      operation: ops.list,
      page: (invocation, query) => invocation.call(ops.list, { query: withMoments(invocation, query) }),
      columns: certificateColumns,
      empty:
        'There is no such certificate. Request one: certfleet certificate request NAME --identifier www.example.com',
      flags: filters,
    }),
    {
      name: 'show',
      summary: ops.show.summary,
      arguments: [theCertificate],
      operation: ops.show,
      async run(invocation) {
        const certificate = await invocation.call(ops.show, { params: { name: invocation.argument('name') } });
        invocation.print.result(certificate, () => certificateText(certificate, invocation.print.format));
        return undefined;
      },
    },
    change,
    importKey,
    assignDns,
    proofsCommand,
    challengesCommand,
    verifyCommand,
    newChallengeCommand,
    renew,
    bulkCommand,
    bulkExportCommand,
    listCommand({
      name: 'versions',
      operation: ops.versions,
      arguments: [theCertificate],
      page: (invocation, query) =>
        invocation.call(ops.versions, { params: { name: invocation.argument('name') }, query }),
      columns: versionColumns,
      empty: 'Nothing has been issued yet.',
    }),
    revoke,
    exportCommand,
    sendCommand,
    listCommand({
      name: 'assignments',
      operation: ops.assignments,
      flags: flagsFor(ops.assignments.query.pick({ target: true }), { target: { placeholder: 'name' } }),
      arguments: [theCertificate],
      page: (invocation, query) =>
        invocation.call(ops.assignments, { params: { name: invocation.argument('name') }, query }),
      columns: assignmentColumns,
      empty: unassigned,
    }),
    listCommand({
      name: 'served',
      operation: ops.served,
      arguments: [theCertificate],
      page: (invocation, query) =>
        invocation.call(ops.served, { params: { name: invocation.argument('name') }, query }),
      columns: servedColumns,
      empty: unassigned,
    }),
    assign,
    unassign,
    deleteCommand({
      what: 'the certificate',
      operation: ops.delete,
      note: 'It is deleted here with its keys, but stays valid until it expires: revoke it first if it should not.',
      delete: (invocation, params) => invocation.call(ops.delete, { params }),
    }),
  ],
};
