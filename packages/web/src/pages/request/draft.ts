import { type Certificate, type CertificateChange, KeyAlgorithm, Name, type Policy } from '@certfleet/contract';
import { z } from 'zod';
import { examine, mostNames, type NameLine, nameFor, splitNames, usable } from './names.js';

/** The steps before a request, in their order. */
export const steps = ['names', 'proof', 'certificate', 'deploy', 'review'] as const;
export type Step = (typeof steps)[number];

/**
 * What was entered so far. It is kept in the browser's session, so it holds no secret: a private key that is to be brought
 * along is imported on the certificate's own page.
 */
export const Draft = z.object({
  /** The names, as typed. */
  text: z.string(),
  /** The solver that was chosen for a name, by its canonical form. The others are left to domains and policy. */
  solvers: z.record(z.string(), z.string()),
  /** Null: by the first name. */
  name: z.string().nullable(),
  /** Null: the only one, or the one named default. */
  policy: z.string().nullable(),
  keyAlgorithm: KeyAlgorithm.nullable(),
  profile: z.string().nullable(),
  csr: z.string().nullable(),
  assignments: z.array(z.object({ target: z.string(), isDefault: z.boolean() })),
});
export type Draft = z.infer<typeof Draft>;

export const emptyDraft: Draft = {
  text: '',
  solvers: {},
  name: null,
  policy: null,
  keyAlgorithm: null,
  profile: null,
  csr: null,
  assignments: [],
};

/** Of the text that was read last: it is asked for several times each time that the page is drawn. */
let read: { text: string; lines: NameLine[] } = { text: '', lines: [] };

/** The names of a draft, each with what it comes to. */
export function linesOf({ text }: Pick<Draft, 'text'>): readonly NameLine[] {
  if (text !== read.text) read = { text, lines: examine(splitNames(text)) };
  return read.lines;
}

/** A draft with what is left open filled in: what is asked for. */
export interface Wish {
  name: string;
  identifiers: { value: string; solver: string | null }[];
  policy: string;
  keyAlgorithm: KeyAlgorithm | null;
  profile: string | null;
  csr: string | null;
  assignments: { target: string; isDefault: boolean }[];
}

/** `policies`: those that there are, or two of them. */
export function wishOf(draft: Draft, policies: readonly Pick<Policy, 'name'>[]): Wish {
  const identifiers = usable(linesOf(draft));
  const isByHand = draft.csr !== null;
  return {
    name: draft.name ?? nameFor(identifiers),
    identifiers: identifiers.map(({ value }) => ({ value, solver: draft.solvers[value] ?? null })),
    policy: draft.policy ?? policyFor(policies),
    keyAlgorithm: isByHand ? null : draft.keyAlgorithm,
    profile: draft.profile,
    csr: draft.csr,
    // Where its key is not here, nothing can be deployed.
    assignments: isByHand
      ? []
      : draft.assignments.map(({ target, isDefault }) => ({
          target,
          isDefault: isDefault || !hasNames({ identifiers }),
        })),
  };
}

/** Whether clients can ask for it by name. Addresses are not permitted in SNI (RFC 6066 §3). */
export function hasNames({ identifiers }: { identifiers: readonly { value: string }[] }): boolean {
  return identifiers.some(({ value }) => !/^[\d.]+$|:/.test(value));
}

function policyFor(policies: readonly Pick<Policy, 'name'>[]): string {
  const [only] = policies.length === 1 ? policies : [];
  return only?.name ?? 'default';
}

/** What the API is asked for. */
export function requestOf({ csr, identifiers, ...rest }: Wish) {
  return {
    ...rest,
    identifiers: identifiers.map(({ value, solver }) => (solver === null ? value : { value, solver })),
    ...(csr === null ? {} : { csr }),
  };
}

/** A draft of what a certificate is by now, to be changed. Nobody is told its CSR, if it has one: null leaves it. */
export function draftOf(certificate: Certificate): Draft {
  const { name, identifiers, policy, keyAlgorithm, profile } = certificate;
  return {
    ...emptyDraft,
    text: identifiers.map(({ value }) => value).join('\n'),
    solvers: Object.fromEntries(identifiers.flatMap(({ value, solver }) => (solver === null ? [] : [[value, solver]]))),
    ...{ name, policy, keyAlgorithm, profile },
  };
}

/** What is to be changed of a certificate; null: nothing, so that it is only tried again. */
export function changeOf(certificate: Certificate, wish: Wish): CertificateChange | null {
  const before = draftOf(certificate);
  const { identifiers, policy, keyAlgorithm, profile, csr } = requestOf(wish);
  const isSame =
    csr === undefined &&
    before.text === wish.identifiers.map(({ value }) => value).join('\n') &&
    wish.identifiers.every(({ value, solver }) => (before.solvers[value] ?? null) === solver) &&
    before.policy === policy &&
    before.keyAlgorithm === keyAlgorithm &&
    before.profile === profile;
  return isSame ? null : { identifiers, policy, keyAlgorithm, profile, ...(csr === undefined ? {} : { csr }) };
}

/** The first thing that is missing or wrong, and where; null: all can be asked for. */
export function whatIsMissing(draft: Draft): { step: Step; message: string } | null {
  const lines = linesOf(draft);
  if (lines.length === 0) return { step: 'names', message: 'Enter at least one name.' };
  const faults = lines.filter(({ fault }) => fault !== null).length;
  if (faults > 0) {
    const what = faults === 1 ? 'One name' : `${faults} names`;
    return { step: 'names', message: `${what} can't be certified: mend or remove what is marked.` };
  }
  if (lines.length > mostNames) {
    const message = `${lines.length} names are more than the ${mostNames} of one certificate: split them over several.`;
    return { step: 'names', message };
  }
  if (draft.name !== null && !Name.safeParse(draft.name).success) {
    return { step: 'certificate', message: "The certificate can't be called so: mend its name." };
  }
  if (draft.csr?.trim() === '')
    return { step: 'certificate', message: 'Paste the CSR, or let Certfleet make the key.' };
  return null;
}
