import type { CaaRecord, ChallengeType } from '@certfleet/plugins';
import { type Identifier, isWildcard } from './identifiers.js';

/** The CAA records that hold for a name, and whose they are: its own, or those of a name above it (RFC 8659 §3). */
export interface CaaRecordSet {
  name: string;
  /** The alias (CNAME) that led there; null: none. Nothing can be published beside one (RFC 1034 §3.6.2). */
  alias: string | null;
  records: readonly CaaRecord[];
}

/** Who would issue, and to which account. */
export interface Issuer {
  /** What CAA records know the CA by (RFC 8555 §7.1.1); empty when it does not say. */
  caaIdentities: readonly string[];
  /** The account's URL; null: it has none yet. */
  accountUrl: string | null;
}

/**
 * Whether CAA lets a CA issue. `reason` is a sentence that quotes the record, `remedy` one that says what to publish.
 * `unknown`: it depends on what the CA has not told; it decides by itself when it is asked.
 */
export type CaaDecision =
  | { outcome: 'permitted' }
  | { outcome: 'forbidden'; reason: string; remedy: string }
  | { outcome: 'unknown'; reason: string };

/** Understood by every CA that issues for names (RFC 8659 §4.2 to §4.4), or of no concern to it (RFC 9495). */
const understood = new Set(['issue', 'issuewild', 'iodef', 'issuemail']);
/** In IANA's registry of CAA properties, but not understood by every CA. */
const registered = new Set(['contactemail', 'contactphone', 'issuevmc']);

/**
 * Whether the CA may issue for this name, proven by a challenge of this type; null: how it will be proven is not known.
 * `set` is null when nobody restricts who issues.
 *
 * RFC 8659 with the parameters of RFC 8657, as a CA has to read them. IP addresses have no CAA records.
 */
export function decideCaa(
  identifier: Identifier,
  challengeType: ChallengeType | null,
  set: CaaRecordSet | null,
  issuer: Issuer,
): CaaDecision {
  if (set === null || identifier.type === 'ip') return { outcome: 'permitted' };
  // RFC 8659 §4.1: "If the value is set to true (1) and the Property tag is not understood … MUST NOT issue".
  const critical = set.records.filter(record => record.critical && !understood.has(record.tag));
  const foreign = critical.find(({ tag }) => !registered.has(tag));
  if (foreign) {
    return {
      outcome: 'forbidden',
      reason: `${quote(set, foreign)} is critical, and CAs that do not understand ${foreign.tag} must not issue.`,
      remedy: `Remove that record, or publish it with flags 0.`,
    };
  }
  const decision = decideIssuer(identifier, challengeType, set, issuer);
  const [doubtful] = critical;
  if (doubtful === undefined || decision.outcome === 'forbidden') return decision;
  return { outcome: 'unknown', reason: `${quote(set, doubtful)} is critical, and not every CA understands it.` };
}

function decideIssuer(
  identifier: Identifier,
  challengeType: ChallengeType | null,
  set: CaaRecordSet,
  issuer: Issuer,
): CaaDecision {
  const records = relevantRecords(identifier, set.records);
  // RFC 8659 §4.2: "If there is no issue or issuewild … it does not restrict issuance".
  const [first] = records;
  if (first === undefined) return { outcome: 'permitted' };
  const named = records.map(record => ({ record, value: parseIssueValue(record.value) }));
  const anyIssuer = named.some(({ value }) => value.issuer !== '');
  if (issuer.caaIdentities.length === 0 && anyIssuer) {
    return {
      outcome: 'unknown',
      reason: `${quote(set, first)} restricts who issues, and the CA does not say what CAA records know it by.`,
    };
  }
  const identities = issuer.caaIdentities.map(identity => identity.toLowerCase());
  const own = named.filter(({ value }) => identities.includes(value.issuer));
  if (own.length === 0) {
    const list = records.map(record => quote(set, record)).join(', ');
    const [identity] = identities;
    const publish =
      identity === undefined ? 'a record that names the CA' : `${set.name} CAA 0 ${first.tag} "${identity}"`;
    return {
      outcome: 'forbidden',
      reason: anyIssuer
        ? `${list} names who may issue, and that is not ${identities.join(' or ')}.`
        : `${list} lets no CA issue.`,
      remedy:
        set.alias === null
          ? `Publish ${publish} as well, or use an account at a CA that is named there.`
          : `${set.alias} is an alias of ${set.name}: have ${publish} published there as well, use an account at a CA that is named there, or let ${set.alias} be no alias.`,
    };
  }
  // One record that permits is enough; of those that don't, the first is explained.
  const faults = own.map(({ record, value }) => faultOf(value, quote(set, record), challengeType, issuer.accountUrl));
  const permitted = faults.find(fault => fault === null);
  if (permitted === null) return { outcome: 'permitted' };
  return faults.find(fault => fault?.outcome === 'unknown') ?? faults[0] ?? { outcome: 'permitted' };
}

/** RFC 8659 §4.3: for a wildcard, issuewild records if there are any, else issue records; for other names these alone. */
function relevantRecords(identifier: Identifier, records: readonly CaaRecord[]): CaaRecord[] {
  const issue = records.filter(({ tag }) => tag === 'issue');
  if (!isWildcard(identifier)) return issue;
  const issueWild = records.filter(({ tag }) => tag === 'issuewild');
  return issueWild.length > 0 ? issueWild : issue;
}

/** An issue or issuewild value: who may issue (lower case; empty: nobody), and under which conditions. */
interface IssueValue {
  issuer: string;
  parameters: readonly { tag: string; value: string }[];
}

/** RFC 8659 §4.2: "malformed … MUST be treated the same as … an empty issuer-domain-name": nobody. */
const nobody: IssueValue = { issuer: '', parameters: [] };
const label = '[a-z0-9](?:-*[a-z0-9])*';
const issuerName = new RegExp(`^(?:${label}(?:\\.${label})*)?$`, 'i');
const parameter = /^([a-z0-9](?:-*[a-z0-9])*)[ \t]*=[ \t]*([\x21-\x3a\x3c-\x7e]*)$/i;

function parseIssueValue(text: string): IssueValue {
  const [name = '', ...rest] = text.split(';').map(part => part.replace(/^[ \t]+|[ \t]+$/g, ''));
  if (!issuerName.test(name)) return nobody;
  // What follows the last semicolon may be empty.
  if (rest.at(-1) === '') rest.pop();
  const matches = rest.map(part => parameter.exec(part));
  if (matches.some(match => match === null)) return nobody;
  const parameters = matches.map(match => ({ tag: (match?.[1] ?? '').toLowerCase(), value: match?.[2] ?? '' }));
  return { issuer: name.toLowerCase(), parameters };
}

/** Why a record that names the CA does not permit it this time; null: it does. RFC 8657. */
function faultOf(
  { parameters }: IssueValue,
  record: string,
  challengeType: ChallengeType | null,
  accountUrl: string | null,
): Exclude<CaaDecision, { outcome: 'permitted' }> | null {
  return accountFault() ?? methodFault();

  function accountFault(): ReturnType<typeof faultOf> {
    const accounts = valuesOf('accounturi');
    const [account] = accounts;
    if (account === undefined) return null;
    // RFC 8657 §3: "A Property with multiple accounturi parameters is unsatisfiable."
    if (accounts.length > 1) return forbidden('has more than one accounturi, which no account satisfies', 'Keep one.');
    if (accountUrl === null) return unknown('names an account, and the URL of ours is not known yet');
    if (account === accountUrl) return null;
    // RFC 8657 §3 lets a CA have several URIs for one account; Let's Encrypt takes those of its former API.
    const sameNumber = /\/(\d+)$/.exec(account)?.[1] === (/\/(\d+)$/.exec(accountUrl)?.[1] ?? null);
    if (sameNumber) return unknown(`may name our account, ${accountUrl}, by another URL`);
    return forbidden(
      'is for another account',
      `Publish accounturi=${accountUrl} in it, or a record with that beside it.`,
    );
  }

  function methodFault(): ReturnType<typeof faultOf> {
    const methods = valuesOf('validationmethods');
    const [list] = methods;
    if (list === undefined) return null;
    // RFC 8657 §4: "A Property with multiple validationmethods parameters is unsatisfiable."
    if (methods.length > 1) return forbidden('has more than one validationmethods', 'Keep one.');
    if (challengeType === null) return unknown('names methods of validation, and how the name is proven is not known');
    if (list.split(',').includes(challengeType)) return null;
    return forbidden(
      `does not permit ${challengeType}`,
      `Publish validationmethods=${list === '' ? '' : `${list},`}${challengeType} in it, or prove the name by what it permits.`,
    );
  }

  function valuesOf(tag: string): string[] {
    return parameters.filter(each => each.tag === tag).map(({ value }) => value);
  }
  function forbidden(what: string, remedy: string): ReturnType<typeof faultOf> {
    return { outcome: 'forbidden', reason: `${record} ${what}.`, remedy };
  }
  function unknown(what: string): ReturnType<typeof faultOf> {
    return { outcome: 'unknown', reason: `${record} ${what}.` };
  }
}

/** As a zone file has it: `example.com CAA 0 issue "ca.example"`. */
function quote({ name }: CaaRecordSet, { critical, tag, value }: CaaRecord): string {
  return `${name} CAA ${critical ? 128 : 0} ${tag} ${JSON.stringify(value)}`;
}
