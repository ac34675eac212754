import { Name, Subject } from '@certfleet/contract';
import { DomainError } from '../../domain/errors.js';
import { findSolvers } from '../../issuance/choose-solver.js';
import type { CertificateDetail } from '../../store/certificate-list.js';
import { isAcme } from '../../store/certificate-rows.js';
import type { Store } from '../../store/index.js';
import type { VirtualServiceRecord } from '../../store/virtual-services.js';
import type { Data } from '../command.js';
import { LoadMasterError } from '../errors.js';
import type { Parameters } from '../parameters.js';

/** Our words for the subject, by the parameters that LoadMaster has for them. */
const subjectFields = {
  country: 'country',
  state: 'state',
  city: 'locality',
  company: 'organization',
  organization: 'organizationalUnit',
  email: 'emailAddress',
} as const;

/** So many names a certificate may have beside its common name. */
const mostSans = 10;
const sanNumbers = Array.from({ length: mostSans }, (_, index) => index + 1);

/** What addlecert takes. */
export const requestParameters: readonly string[] = [
  ...['cert', 'cn', 'vid', 'vsid'],
  ...sanNumbers.flatMap(number => [`san${number}`, `vid${number}`, `vsid${number}`]),
  ...Object.keys(subjectFields),
  ...['key_size', 'keysize', 'ec'],
];

/** A parameter that was sent with a value: clients send what they leave empty as well. */
function given(parameters: Parameters, name: string): string | undefined {
  return parameters.text(name) || undefined;
}

/** The one of two spellings that was sent. Throws 422 when both were. */
function eitherOf(parameters: Parameters, name: string, other: string): { name: string; value: string } | undefined {
  const [one, two] = [given(parameters, name), given(parameters, other)];
  if (one !== undefined && two !== undefined) throw LoadMasterError.invalid(other, `Given as ${name} already`);
  if (one !== undefined) return { name, value: one };
  return two === undefined ? undefined : { name: other, value: two };
}

/** The certificate's name. Throws 400 when it is missing, 422 when no certificate can have it. */
export function certificateName(parameters: Parameters): string {
  const name = parameters.required('cert');
  if (Name.safeParse(name).success) return name;
  throw LoadMasterError.invalid('cert', 'Letters, digits and . _ @ -; the first a letter or digit; at most 128');
}

/** A name to certify, and the parameter with the virtual service that proves it. */
export interface RequestedName {
  /** The parameter that it came in. */
  parameter: string;
  value: string;
  service: { parameter: string; index: number };
}

/** The common name first, then the SANs. Throws 400 for one without a virtual service: none is assumed. */
export function requestedNames(parameters: Parameters): RequestedName[] {
  parameters.required('cn');
  const names = [nameOf(parameters, 'cn', 'vid', 'vsid')];
  for (const number of sanNumbers) names.push(nameOf(parameters, `san${number}`, `vid${number}`, `vsid${number}`));
  return names.filter(name => name !== undefined);
}

function nameOf(parameters: Parameters, parameter: string, vid: string, vsid: string): RequestedName | undefined {
  const value = given(parameters, parameter);
  const service = eitherOf(parameters, vid, vsid);
  if (value === undefined) {
    if (service) throw LoadMasterError.invalid(service.name, `There is no ${parameter} that it belongs to`);
    return undefined;
  }
  if (value.length > 253) throw LoadMasterError.invalid(parameter, 'Longer than the 253 characters of a domain name');
  if (!service) throw LoadMasterError.missing(vid);
  if (!/^\d{1,9}$/.test(service.value)) {
    throw LoadMasterError.invalid(service.name, 'Must be the index of a virtual service');
  }
  return { parameter, value, service: { parameter: service.name, index: Number(service.value) } };
}

/** The fields of the CSR's subject beside the common name. Throws 422 that names the parameter. */
export function requestedSubject(parameters: Parameters): Subject {
  const fields = Object.entries(subjectFields).flatMap(([parameter, field]) => {
    const text = given(parameters, parameter);
    if (text === undefined) return [];
    const value = field === 'country' ? text.toUpperCase() : text;
    const read = Subject.shape[field].safeParse(value);
    if (!read.success) {
      throw LoadMasterError.invalid(parameter, read.error.issues.map(({ message }) => message).join(' '));
    }
    return [[field, read.data]];
  });
  return Object.fromEntries(fields);
}

const rsaSizes = ['2048', '3072', '4096'] as const;

/** The kind of key; null when nothing was said of it, which leaves it to the policy. Throws 422. */
export function requestedKey(parameters: Parameters): 'P-256' | `RSA-${(typeof rsaSizes)[number]}` | null {
  const size = eitherOf(parameters, 'key_size', 'keysize');
  const curve = given(parameters, 'ec') === undefined ? undefined : parameters.flag('ec');
  if (curve) {
    if (!size || size.value === '256') return 'P-256';
    throw LoadMasterError.invalid(size.name, 'With ec=yes a key has 256 bits: leave it out');
  }
  if (!size) return curve === false ? 'RSA-2048' : null;
  const known = rsaSizes.find(each => each === size.value);
  if (known === undefined) throw LoadMasterError.invalid(size.name, `Must be one of ${rsaSizes.join(', ')}`);
  return `RSA-${known}`;
}

/** `192.0.2.1:443`, `[2001:db8::1]:443` */
export function socketOf({ address, port }: Pick<VirtualServiceRecord, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** As OpenSSL prints it, which LoadMaster's clients parse: `Jan  2 03:04:05 2027 GMT`. */
export function expiryDate(notAfter: number): string {
  const at = new Date(notAfter);
  const [month] = at.toLocaleDateString('en-US', { month: 'short', timeZone: 'UTC' }).split(' ');
  const day = String(at.getUTCDate()).padStart(2);
  return `${month} ${day} ${at.toISOString().slice(11, 19)} ${at.getUTCFullYear()} GMT`;
}

/** `rsa` with its bits, `ecc` with those of its curve. Empty for a kind that is neither. */
function keyFields(algorithm: string | null): { Type: string; KeySize: string } {
  const [, family, size = ''] = /^(RSA|P)-(\d+)$/.exec(algorithm ?? '') ?? [];
  if (family === undefined) return { Type: '', KeySize: '' };
  return { Type: family === 'RSA' ? 'rsa' : 'ecc', KeySize: size };
}

/**
 * Certificates as listlecert and getlecert show them. All of it is text, which clients rely on; ExpiryDate is empty
 * until the first version is issued. What several certificates have in common is read once.
 */
export function certificateFields(store: Store): (certificate: CertificateDetail) => Promise<Data> {
  const solvers = remembered(id => store.solvers.get(id));
  const targets = remembered(id => store.targets.get(id));
  const policies = remembered(id => store.policies.get(id));
  const services = remembered(index => store.virtualServices.find(Number(index)));
  const socketsOf = async (plugins: readonly { config: Record<string, unknown> }[]) => {
    const indexes = new Set(
      plugins.flatMap(({ config }) => (config.virtualService ? [String(config.virtualService)] : [])),
    );
    const found = await Promise.all([...indexes].map(services));
    return found.flatMap(service => (service ? [socketOf(service)] : [])).join(',');
  };
  // Names that were asked for here have solvers of their own; others are proven by the rule that covers them.
  const solversOf = async (certificate: CertificateDetail) => {
    const own = certificate.identifiers.flatMap(({ solverId }) => solverId ?? []);
    if (own.length === certificate.identifiers.length || !isAcme(certificate)) return Promise.all(own.map(solvers));
    const found = [...(await findSolvers({ store }, certificate)).values()];
    return found.flatMap(choice => (choice instanceof DomainError ? [] : [choice.solver]));
  };
  return async certificate => {
    const { identifiers, version, notAfter, policyId } = certificate;
    const asked = certificate.keyAlgorithm ?? (policyId === null ? null : (await policies(policyId)).keyAlgorithm);
    const assigned = await store.assignments.ofCertificate(certificate.id);
    return {
      Identifier: certificate.name,
      DomainName: identifiers[0]?.value ?? '',
      ExpiryDate: notAfter === null ? '' : expiryDate(notAfter),
      SubjectAlternateNames: identifiers
        .slice(1)
        .map(({ value }) => value)
        .join(','),
      ...keyFields(version ? version.keyAlgorithm : asked),
      HTTPChallengeVS: await socketsOf(await solversOf(certificate)),
      VirtualServices: await socketsOf(await Promise.all(assigned.map(({ targetId }) => targets(targetId)))),
    };
  };
}

/** Asks once for each key. */
function remembered<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return key => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    return answer;
  };
}
