import type { Certificate, Policy, PreflightFinding } from '@certfleet/contract';
import type { Wish } from './draft.js';

interface Known {
  policy: Policy | undefined;
  /** What the pre-flight says of the proof of each name. */
  findings: readonly PreflightFinding[];
  /** Where a target is, for people: `vs-2 (192.0.2.7:443)`. */
  placeOf: (target: string) => string;
  /** The certificate whose request is mended; null: a new one is asked for. */
  mended: Pick<Certificate, 'assignments' | 'keyAlgorithm'> | null;
}

/** What exactly will happen, in the order in which it does. */
export function sentencesOf(wish: Wish, { policy, findings, placeOf, mended }: Known): string[] {
  return [
    orderSentence(wish, policy),
    ...proofSentences(wish, findings),
    mended && isKeyAsBefore(wish, mended) ? 'Its key is chosen as before.' : keySentence(wish, policy),
    ...(mended ? againSentences(mended) : deploymentSentences(wish, placeOf)),
    renewalSentence(wish, policy, mended?.assignments ?? wish.assignments.length),
  ];
}

function orderSentence({ name, identifiers, profile }: Wish, policy: Policy | undefined): string {
  const count = identifiers.length === 1 ? 'one name' : `${identifiers.length} names`;
  const [account, ...others] = policy?.accounts ?? [];
  const by = account === undefined ? '' : ` by the account ${account}`;
  const fallback = others.length === 0 ? '' : `, or by ${others.join(', then ')} if that can't`;
  const profileText = profile ?? policy?.profile ?? null;
  const inProfile = profileText === null ? '' : `, in the profile ${profileText}`;
  return `The certificate ${name} is ordered${by}${fallback}, for ${count}${inProfile}. Its first name, ${identifiers[0]?.value ?? ''}, is asked for as the common name, which some CAs leave out.`;
}

function proofSentences({ identifiers }: Wish, findings: readonly PreflightFinding[]): string[] {
  const byMessage = new Map<string, string[]>();
  for (const { value, solver } of identifiers) {
    const found = findings.find(({ check, name }) => check === 'solver' && name === value)?.message;
    const message = found ?? (solver === null ? 'Proven as domains and policy say.' : `Proven by ${solver}.`);
    byMessage.set(message, [...(byMessage.get(message) ?? []), value]);
  }
  return [...byMessage].map(([message, names]) => `${listed(names)}: ${message}`);
}

/** Whether it has a CSR nobody is told, so this says of which kind the key is only where that is changed. */
function isKeyAsBefore({ csr, keyAlgorithm }: Wish, mended: NonNullable<Known['mended']>): boolean {
  return csr === null && keyAlgorithm === mended.keyAlgorithm;
}

function keySentence({ csr, keyAlgorithm }: Wish, policy: Policy | undefined): string {
  if (csr !== null)
    return 'It is issued for the key of your CSR, which stays where it is: nothing is deployed from here.';
  const algorithm = keyAlgorithm ?? policy?.keyAlgorithm;
  return `A new ${algorithm ? `${algorithm} ` : ''}key is made here and kept encrypted.`;
}

function deploymentSentences({ assignments, csr }: Wish, placeOf: (target: string) => string): string[] {
  if (csr !== null) return [];
  if (assignments.length === 0) return ['It is deployed nowhere: you can assign it, or export it, later.'];
  const places = assignments.map(
    ({ target, isDefault }) =>
      `${placeOf(target)}${isDefault ? ' (also for clients that ask for no name it knows)' : ''}`,
  );
  return [
    `As soon as it is issued, it is installed without dropping a connection on ${listed(places)}. What is served there is then read by a handshake; if that is wrong, what was there before is put back.`,
  ];
}

function againSentences({ assignments }: NonNullable<Known['mended']>): string[] {
  if (assignments === 0) return ['It is deployed nowhere.'];
  const where = assignments === 1 ? 'the target that it is' : `the ${assignments} targets that it is`;
  return [`As soon as it is issued, it is installed on ${where} assigned to, and read there by a handshake.`];
}

function renewalSentence({ csr }: Wish, policy: Policy | undefined, places: number): string {
  const what = csr !== null ? 'renewed, for the same key,' : places > 0 ? 'renewed and deployed' : 'renewed';
  return `From then on it is ${what} without being asked for. ${(policy && renewalWords(policy)) ?? ''}`.trim();
}

/** When certificates of the most usual lifetime are renewed by a policy; null: it does not say. */
export function renewalWords({ renewals }: Pick<Policy, 'renewals'>): string | null {
  const usual = renewals.find(({ lifetime }) => lifetime === '90 days') ?? renewals[0];
  return usual ? `One that is valid for ${usual.lifetime} is renewed ${usual.text}.` : null;
}

/** `a, b and c`; of many only the first. */
export function listed(items: readonly string[]): string {
  if (items.length > 5) return `${items.slice(0, 4).join(', ')} and ${items.length - 4} more`;
  const [last = '', ...before] = items.toReversed();
  return before.length === 0 ? last : `${before.toReversed().join(', ')} and ${last}`;
}
