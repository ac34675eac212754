import type { PreflightFinding } from '@certfleet/contract';
import { canonical, describeSight, type HttpSight, isInside } from '@certfleet/plugins';
import { finding } from './findings.js';

/** What was seen of a name that is to be proven over http-01. */
export interface HttpFacts {
  name: string;
  /** All that it has. */
  addresses: readonly string[];
  /** What asking them came to; null: they were not asked. */
  sights: readonly HttpSight[] | null;
  /** The solver's name. */
  solver: string;
  /** What the solver answered at that moment, and where it listens; null: a person answers, later. */
  trial: { answer: string; listening: string; addresses: readonly string[] } | null;
  /** Another solver, which is at all of its addresses; null: none is known. */
  nearer: string | null;
}

/** Where a name leads, compared with where its solver is, and who answers there. */
export function httpFindings(facts: HttpFacts): PreflightFinding[] {
  const { name, addresses, sights } = facts;
  if (addresses.length === 0) {
    const remedy = 'Publish an A or AAAA record, or prove the name over dns-01.';
    return [finding('addresses', name, 'warning', 'Has no address in the DNS, so no CA can ask it.', remedy)];
  }
  return [aboutAddresses(facts), ...(sights === null ? [] : [aboutAnswers(facts, sights)])];
}

function aboutAddresses({ name, addresses, sights, solver, trial, nearer }: HttpFacts): PreflightFinding {
  const leads = `Leads to ${addresses.join(', ')}`;
  if (trial === null) return finding('addresses', name, 'ok', `${leads}.`);
  const own = trial.addresses;
  const strangers = addresses.filter(address => !own.includes(canonical(address)));
  if (strangers.length === 0) return finding('addresses', name, 'ok', `${leads}, where ${solver} is.`);
  if (sights?.length && sights.every(sight => isAnswer(sight, trial.answer))) {
    return finding('addresses', name, 'ok', `${leads}, from where requests get to ${solver}.`);
  }
  return finding(
    'addresses',
    name,
    'warning',
    `Leads to ${strangers.join(', ')}, but ${solver} listens on ${trial.listening}.`,
    nearer === null
      ? 'Behind NAT, or a proxy that passes port 80 on, that is as it should be. Else change its A and AAAA records.'
      : `Let ${nearer} prove it, which listens there.`,
    nearer,
  );
}

function aboutAnswers({ name, solver, trial }: HttpFacts, sights: readonly HttpSight[]): PreflightFinding {
  const reached = sights.filter(({ outcome }) => outcome !== 'no-route');
  if (reached.length === 0) {
    const there = sights.map(({ address }) => address).join(', ');
    return finding('http-01', name, 'unknown', `This machine has no way to ${there}, so port 80 was not asked.`);
  }
  const wrong = reached.filter(sight => (trial ? !isAnswer(sight, trial.answer) : sight.outcome === 'failed'));
  if (wrong.length === 0) {
    const who = trial
      ? `${solver} answers there.`
      : 'Somebody answers there; what the CA is to find is put there by hand.';
    return finding('http-01', name, 'ok', who);
  }
  const seen = wrong.map(inWords).join('; ');
  return finding(
    'http-01',
    name,
    'warning',
    trial ? `A trial challenge of ${solver} is not what is answered: ${seen}.` : `Nobody answers on port 80: ${seen}.`,
    trial
      ? `Let port 80 of all its addresses lead to ${trial.listening}, or prove the name over dns-01.`
      : 'Open port 80 of all its addresses, or prove the name over dns-01.',
  );
}

/** Whether the trial challenge stands there. */
export function isAnswer(sight: HttpSight, answer: string): boolean {
  return sight.outcome === 'answered' && sight.status === 200 && sight.body.trim() === answer;
}

/** What stands on a page inside a network is not told to who only asked for a certificate. */
function inWords(sight: HttpSight): string {
  const hidden = sight.outcome === 'answered' && isInside(sight.address);
  return describeSight(hidden ? { ...sight, beginning: null } : sight);
}
