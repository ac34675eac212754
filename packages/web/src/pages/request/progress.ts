import type { Assignment, Certificate } from '@certfleet/contract';
import type { Standing } from '../../parts/mark.js';

/** One thing on the way from a request to a certificate that is served. */
export interface Stage {
  title: string;
  standing: Standing;
  /** The standing in a word. */
  word: string;
  detail: string | null;
}

type Seen = Pick<Certificate, 'issuance' | 'version' | 'lastError' | 'status'>;

/** Where an order is, by the states of docs/issuance-cycle.md: 0 not at the CA, 1 being proven, 2 being issued. */
const places: Readonly<Record<string, number>> = { new: 0, created: 1, presenting: 1, validating: 1, finalizing: 2 };

/**
 * How far a certificate has come, by what the server has said. `since`: the version that was there when it was asked for,
 * 0 for none: a newer one is what is waited for.
 */
export function stagesOf(certificate: Seen, assignments: readonly Assignment[], since: number): Stage[] {
  const { issuance, version } = certificate;
  const isIssued = version !== null && version.number > since && issuance === null;
  const isFailed = certificate.lastError !== null && issuance === null && !isIssued;
  const place = isIssued ? 3 : issuance ? (places[issuance.step] ?? 0) : -1;
  const stage = (index: number, title: string): Stage => {
    if (place > index) return { title, standing: 'good', word: 'done', detail: null };
    if (place === index) {
      const waitsForPerson = issuance?.needsPerson ?? false;
      return {
        title,
        standing: waitsForPerson ? 'attention' : 'busy',
        word: waitsForPerson ? 'waits for you' : 'under way',
        // What a person has to do stands below, where it can be done.
        detail: waitsForPerson ? null : (issuance?.reason ?? null),
      };
    }
    return { title, standing: 'off', word: isFailed ? 'not reached' : 'to come', detail: null };
  };
  return [
    isFailed
      ? { title: 'The last attempt', standing: 'bad', word: 'failed', detail: null }
      : stage(0, 'Order taken by the CA'),
    stage(1, 'Names proven'),
    stage(2, 'Certificate issued'),
    ...assignments.map(assignment => deploymentStage(assignment, isIssued ? version.number : null)),
  ];
}

/** `wanted`: the version that is to be there; null: it is not issued yet. */
function deploymentStage({ target, deployment }: Assignment, wanted: number | null): Stage {
  const title = `Served by ${target}`;
  if (wanted === null || deployment === null || deployment.version < wanted) {
    return { title, standing: 'off', word: 'to come', detail: null };
  }
  const { standing, word } = deployments[deployment.status];
  return { title, standing, word, detail: deployment.error };
}

const deployments: Record<NonNullable<Assignment['deployment']>['status'], { standing: Standing; word: string }> = {
  pending: { standing: 'busy', word: 'being installed' },
  installed: { standing: 'busy', word: 'installed, being read back' },
  verified: { standing: 'good', word: 'verified by a handshake' },
  unreachable: { standing: 'attention', word: 'installed, nobody answers' },
  failed: { standing: 'bad', word: 'failed' },
  'rolled-back': { standing: 'bad', word: 'rolled back' },
  superseded: { standing: 'off', word: 'superseded' },
};

/** Whether nothing is to come any more: issued, and served wherever it was to be. */
export function isLive(stages: readonly Stage[]): boolean {
  return stages.every(({ standing }) => standing === 'good');
}

/** What the CA has against a name, and what to do about it. */
export interface NameTrouble {
  /** Null: the CA does not say which name it is about. */
  name: string | null;
  /** The last part of the problem's type: `unauthorized`. */
  type: string;
  detail: string;
  remedy: string;
}

/** What was wrong with each name, in the CA's words; empty when it was not the CA that refused. */
export function troublesOf({ lastError }: Pick<Certificate, 'lastError'>): NameTrouble[] {
  const problem = lastError?.problem;
  if (!problem) return [];
  const parts = problem.subproblems.length > 0 ? problem.subproblems : [{ identifier: null, ...problem }];
  return parts.map(({ identifier, type, detail }) => {
    const short = type.replace(/^urn:ietf:params:acme:error:/, '');
    return { name: identifier, type: short, detail: detail ?? short, remedy: remedies[short] ?? otherwise };
  });
}

const otherwise = 'Mend what the CA names, then try again.';

/** By the error types of RFC 8555 §6.7. */
const remedies: Readonly<Record<string, string>> = {
  unauthorized:
    'The CA was answered, but not with the challenge: let the name lead to what proves it, or prove it in another way.',
  incorrectResponse:
    'The CA was answered, but not with the challenge: let the name lead to what proves it, or prove it in another way.',
  connection:
    'The CA could not reach what the name leads to: open port 80 to it (443 for tls-alpn-01), mend the address records, or prove it over dns-01.',
  dns: 'The CA could not look the name up: make its records and see whether all its name servers answer.',
  tls: 'The CA could not shake hands with what the name leads to: see to its TLS, or prove it in another way.',
  caa: 'A CAA record of the name permits other CAs only: let it name this CA, or use a policy with an account elsewhere.',
  rejectedIdentifier: 'This CA does not certify the name: remove it, or use a policy with an account elsewhere.',
  unsupportedIdentifier: 'This CA does not certify such names: remove it, or use a policy with an account elsewhere.',
  rateLimited: 'The CA wants fewer requests: it is tried again when the CA allows it.',
  badCSR: 'The CA does not take this request: look at its key and its names.',
};
