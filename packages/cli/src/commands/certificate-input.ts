import {
  CertificateChange,
  CertificatePreflight,
  CertificateRequest,
  DnsAssignment,
  RevocationReason,
  Subject,
} from '@certfleet/contract';
import type { Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { type FieldFlags, type Flag, flagsFor } from '../flags.js';
import { readText } from '../secret-input.js';
import { keyFlags } from './certificate-key.js';
import { keystoreFlags } from './certificate-keystore.js';
import { split } from './plugin-config.js';

/** `name` or `name=solver`; neither names nor addresses hold a "=". */
function identifier(text: string): string | { value: string; solver: string } {
  const at = text.indexOf('=');
  return at < 0 ? text : { value: text.slice(0, at), solver: text.slice(at + 1) };
}

/** Without its help, which each command has its own words for. */
const identifierFlag = {
  name: 'identifier',
  placeholder: 'name[=solver]',
  repeat: true,
  field: ['identifiers'],
  parse: identifier,
};

/** `target` or `target:default`; names of targets hold no colon. */
export function assignment(text: string): { target: string; isDefault?: boolean } {
  const [target = '', suffix, ...rest] = text.split(':');
  if (suffix === undefined) return { target };
  if (suffix !== 'default' || rest.length > 0) {
    throw usageFailure(`"${text}" is not a target.`, 'Give it as NAME, or as NAME:default.');
  }
  return { target, isDefault: true };
}

export const labelFlag: Flag = {
  name: 'label',
  placeholder: 'key=value',
  repeat: true,
  help: 'For finding and grouping; may be repeated.',
};

const csrFlag: Flag = {
  name: 'csr',
  placeholder: 'file',
  help: 'PEM of a certificate signing request, "-" for standard input; its key stays where it is.',
};

/** A file's name; "none" is for changing a certificate that has a CSR. */
function newCsr(text: string): string {
  if (text !== 'none') return text;
  throw usageFailure(
    '"--csr none" gives up the CSR of a certificate that has one; a new one has none.',
    'Leave --csr out, and the server makes the key. A file that is called "none" is ./none.',
  );
}

const subjectFlags = flagsFor(
  Subject,
  {
    country: { name: 'subject-country', placeholder: 'XX', help: 'Two letters (ISO 3166).' },
    state: { name: 'subject-state', help: 'State or province.' },
    locality: { name: 'subject-locality', help: 'City.' },
    organization: {
      name: 'subject-organization',
      help: 'Organization. Many public CAs leave it out of what they issue.',
    },
    organizationalUnit: { name: 'subject-organizational-unit', help: 'Organizational unit.' },
    emailAddress: { name: 'subject-email', placeholder: 'address', help: 'E-mail address.' },
  },
  ['subject'],
);

const fields: Record<string, FieldFlags> = {
  identifiers: [
    {
      name: 'identifier',
      placeholder: 'name[=solver]',
      repeat: true,
      required: true,
      field: ['identifiers'],
      parse: identifier,
      help: 'A DNS name or IP address to certify, and what proves it if not what the policy says; may be repeated.',
    },
  ],
  subject: subjectFlags,
  keyAlgorithm: { help: "Of the key, instead of the policy's." },
  keyOnRenewal: {
    help: 'Which key a renewal gets, instead of what the policy says; an imported one is brought along.',
  },
  signatureAlgorithm: { help: 'What the CSR is signed with, instead of what is usual for the key.' },
  profile: { placeholder: 'name', help: "One of the CA's profiles, instead of the policy's." },
  labels: [labelFlag],
};

export const requestFlags = flagsFor(CertificateRequest, {
  name: [],
  ...fields,
  csr: [{ ...csrFlag, parse: newCsr }],
  keystore: keystoreFlags(false),
  key: keyFlags('key-file', false),
  policy: { placeholder: 'name', help: 'The policy: accounts, key and renewal.' },
  assignments: [
    {
      name: 'assign',
      placeholder: 'target[:default]',
      repeat: true,
      field: ['assignments'],
      parse: assignment,
      help: 'Deploy it to this target, as the default certificate if asked for; may be repeated.',
    },
  ],
});

export const changeFlags = flagsFor(CertificateChange, {
  ...fields,
  identifiers: [{ ...identifierFlag, help: 'The names to certify instead of all that it has now; may be repeated.' }],
  policy: { placeholder: 'name', help: 'Another policy.' },
  csr: [{ ...csrFlag, help: `${csrFlag.help} ("none": a key of our own again)` }],
  keystore: keystoreFlags(true),
  labels: [{ ...labelFlag, help: 'The labels instead of all that it has now; may be repeated.' }],
});

export const dnsFlags = flagsFor(DnsAssignment, {
  solver: { placeholder: 'name', help: 'The DNS account, or another solver that presents dns-01.' },
  identifiers: [
    {
      name: 'identifier',
      placeholder: 'name',
      repeat: true,
      field: ['identifiers'],
      help: 'Which of its names; may be repeated. (default: all DNS names)',
    },
  ],
});

export const preflightFlags = flagsFor(CertificatePreflight, {
  name: [],
  identifiers: [
    { ...identifierFlag, help: 'The names to look at, instead of those that the certificate has; may be repeated.' },
  ],
  policy: { placeholder: 'name', help: 'The policy, instead of that of the certificate or "default".' },
  profile: {
    placeholder: 'name',
    help: "One of the CA's profiles, instead of the certificate's or the policy's.",
  },
  offline: [
    {
      name: 'offline',
      field: ['offline'],
      help: 'Ask nobody: only whether the names can be certified, what proves them, known limits, and duplicates.',
    },
  ],
});

/** Labels and the CSR (null: "none"), which aren't plain fields: for the body beside those of the flags. */
export async function labelsAndCsr(invocation: Invocation): Promise<Record<string, unknown>> {
  const { flags, world } = invocation;
  const csr = flags.text('csr');
  return {
    ...(flags.has('label')
      ? { labels: Object.fromEntries(flags.list('label').map(pair => split(pair, '--label', 'key=value'))) }
      : {}),
    ...(csr === undefined ? {} : { csr: csr === 'none' ? null : await readText(csr, 'csr', world.terminal) }),
  };
}

/** For the operations that are about one version. */
export const versionFlag: Flag = {
  name: 'version',
  placeholder: 'n',
  field: ['version'],
  parse: Number,
  help: 'The number of the version. (default: the current one)',
};

export const reasonFlag: Flag = {
  name: 'reason',
  placeholder: RevocationReason.options.join('|'),
  choices: RevocationReason.options,
  field: ['reason'],
  help: 'Why it is revoked (RFC 5280). (default: unspecified)',
};
