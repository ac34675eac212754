import type { Assignment, CaProblem, Certificate, Served, Version } from '@certfleet/contract';
import { type Column, type Fact, type Format, renderFacts, renderTable, type Tone } from '../output/table.js';
import { momentAndDistance, when } from '../output/time.js';

const statusTones: Record<Certificate['status'], Tone> = {
  pending: 'busy',
  valid: 'good',
  failing: 'bad',
  expired: 'bad',
  revoked: 'bad',
};

const requestTones: Record<NonNullable<Certificate['request']>, Tone> = {
  pending: 'busy',
  available: 'good',
  failed: 'bad',
  renewed: 'good',
};

export const certificateColumns: Column<Certificate>[] = [
  { title: 'Name', value: certificate => certificate.name, flexible: 'wrap' },
  { title: 'Status', value: certificate => certificate.status, tone: certificate => statusTones[certificate.status] },
  {
    title: 'Request',
    value: ({ request, source }) => request ?? source,
    tone: ({ request }) => (request ? requestTones[request] : undefined),
  },
  { title: 'Names', value: names, flexible: 'cut' },
  { title: 'Not after', value: ({ version }, format) => (version ? when(version.notAfter, format) : '–') },
  { title: 'Renewal', value: ({ renewal }, format) => (renewal ? when(renewal.at, format) : '–') },
  { title: 'Targets', value: certificate => String(certificate.assignments), right: true },
];

function names({ identifiers: [first, ...others] }: Certificate): string {
  return `${first?.value ?? ''}${others.length > 0 ? ` +${others.length}` : ''}`;
}

export const versionColumns: Column<Version>[] = [
  { title: 'No.', value: version => String(version.number), right: true },
  { title: 'Serial', value: version => version.serial },
  { title: 'Issuer', value: version => version.issuer, flexible: 'cut' },
  { title: 'Not after', value: (version, format) => when(version.notAfter, format) },
  {
    title: 'Revoked',
    value: (version, format) => (version.revokedAt ? when(version.revokedAt, format) : 'no'),
    tone: version => (version.revokedAt ? 'bad' : undefined),
  },
];

const deploymentTones: Record<NonNullable<Assignment['deployment']>['status'], Tone> = {
  pending: 'busy',
  installed: 'busy',
  verified: 'good',
  unreachable: 'bad',
  failed: 'bad',
  'rolled-back': 'bad',
  superseded: 'dim',
};

export const assignmentColumns: Column<Assignment>[] = [
  { title: 'Target', value: ({ target, isDefault }) => `${target}${isDefault ? ' (default)' : ''}` },
  {
    title: 'State',
    value: ({ deployment, toBeTakenOff }) =>
      `${deployment?.status ?? 'waiting'}${toBeTakenOff ? ', to be taken off' : ''}`,
    tone: ({ deployment, toBeTakenOff }) => (deployment && !toBeTakenOff ? deploymentTones[deployment.status] : 'busy'),
  },
  { title: 'Version', value: ({ deployment }) => (deployment ? String(deployment.version) : '–'), right: true },
  { title: 'At', value: ({ deployment }, format) => (deployment ? when(deployment.at, format) : '–') },
  { title: 'Serial served', value: ({ deployment }) => deployment?.servedSerial ?? '–', flexible: 'wrap' },
  { title: 'Error', value: ({ deployment }) => deployment?.error ?? '', optional: true, flexible: 'wrap' },
];

const servedTones: Record<Served['state'], Tone> = {
  'as-it-should': 'good',
  older: 'busy',
  other: 'bad',
  'no-answer': 'bad',
  failed: 'bad',
  'not-issued': 'dim',
};

export const servedColumns: Column<Served>[] = [
  { title: 'Target', value: ({ target }) => target },
  {
    title: 'State',
    value: ({ state }) => state.replaceAll('-', ' '),
    tone: ({ state }) => servedTones[state],
  },
  { title: 'Should be', value: ({ expected }) => String(expected?.version ?? '–'), right: true },
  { title: 'Is', value: ({ served }) => String(served?.version ?? '–'), right: true },
  { title: 'Serial served', value: ({ served }) => served?.serial ?? '–' },
  { title: 'Reason', value: ({ reason }) => reason ?? '', optional: true, flexible: 'wrap' },
];

/** All about a certificate; with `assignments` also where it is. */
export function certificateText(
  certificate: Certificate,
  format: Format,
  assignments: readonly Assignment[] = [],
): string {
  const text = renderFacts(facts(certificate, format), format);
  return assignments.length > 0 ? `${text}\n${renderTable(assignments, assignmentColumns, format)}` : text;
}

function facts(certificate: Certificate, format: Format): Fact[] {
  const { keystore, version, servedUntil, issuance, renewal, lastError } = certificate;
  return [
    ['Name', certificate.name],
    ['Status', certificate.status, statusTones[certificate.status]],
    ['Request', certificate.request, certificate.request ? requestTones[certificate.request] : undefined],
    ...certificate.identifiers.map(
      (one, at): Fact => [at === 0 ? 'Names' : '', one.solver ? `${one.value} (proven by ${one.solver})` : one.value],
    ),
    ['Source', certificate.source],
    ['Policy', certificate.policy],
    ['Key', certificate.keyAlgorithm],
    ['On renewal', certificate.keyOnRenewal && `${certificate.keyOnRenewal} key`],
    ['CSR signed', certificate.signatureAlgorithm && `with ${certificate.signatureAlgorithm}`],
    ['Profile', certificate.profile],
    ['Keystore', keystore && `${keystore.type}${keystore.hasPassword ? ', with a password' : ''}`],
    ['Subject', pairs(certificate.subject)],
    ['Labels', pairs(certificate.labels)],
    ['Version', version && String(version.number)],
    ['Serial', version?.serial],
    ['SHA-256', version?.fingerprintSha256],
    ['Issuer', version?.issuer],
    ['Not before', version && momentAndDistance(version.notBefore, format)],
    ['Not after', version && momentAndDistance(version.notAfter, format)],
    [
      'Served until',
      servedUntil === version?.notAfter ? null : servedUntil && momentAndDistance(servedUntil, format),
      'bad',
    ],
    ['Revoked', version?.revokedAt && momentAndDistance(version.revokedAt, format), 'bad'],
    ...certificate.toBeRevoked.flatMap((wish): Fact[] => [
      ['To be revoked', `version ${wish.version}, when replaced, as ${wish.by} asked (${wish.reason})`, 'bad'],
      ['Held up', wish.trouble && `${wish.trouble.message} (since ${when(wish.trouble.since, format)})`, 'bad'],
      [
        'At once',
        wish.trouble &&
          `certfleet certificate revoke ${certificate.name} --version ${wish.version} --reason ${wish.reason} --now`,
      ],
    ]),
    ['Renewal', renewal && `${momentAndDistance(renewal.at, format)}: ${renewal.text}`],
    ['Order', issuance && `${issuance.step} at ${issuance.account}, attempt ${issuance.attempt}`, 'busy'],
    ['Waits', issuance?.waitsUntil && momentAndDistance(issuance.waitsUntil, format)],
    ['Because', issuance?.reason],
    ['Last error', lastError && `${lastError.message}`, 'bad'],
    ...caSaid(lastError?.problem ?? null),
    ['Failed', lastError && `${momentAndDistance(lastError.at, format)}, ${lastError.attempts} in a row`],
    ['Targets', String(certificate.assignments)],
    ['Created', momentAndDistance(certificate.createdAt, format)],
  ];
}

/** A CA's problem, name by name. */
function caSaid(problem: CaProblem | null): Fact[] {
  if (!problem) return [];
  const parts = problem.subproblems.length > 0 ? problem.subproblems : [{ ...problem, identifier: null }];
  return parts.map(({ identifier, type, detail }, at) => [
    at === 0 ? 'The CA says' : '',
    [identifier, type.replace('urn:ietf:params:acme:error:', ''), detail].filter(Boolean).join(': '),
    'bad',
  ]);
}

function pairs(values: Record<string, string | undefined>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
