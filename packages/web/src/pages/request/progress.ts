import type { Assignment, Certificate } from '@certfleet/contract';
import { deploymentStates } from '../../parts/deployment.js';
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
    ...deploymentStages(assignments, isIssued ? version.number : null),
  ];
}

/** More targets than these are not told one by one. */
const few = 20;

/** Each target; of many only those that are in trouble, and how many of all have come so far. */
function deploymentStages(assignments: readonly Assignment[], wanted: number | null): Stage[] {
  const stages = assignments.map(assignment => deploymentStage(assignment, wanted));
  if (stages.length <= few) return stages;
  const troubled = stages.filter(({ standing }) => standing === 'bad' || standing === 'attention');
  const served = stages.filter(({ standing }) => standing === 'good').length;
  const untold = troubled.length - few;
  const summary: Stage = {
    title: `Served by ${served} of its ${stages.length} targets`,
    standing: served === stages.length ? 'good' : wanted === null ? 'off' : troubled.length > 0 ? 'attention' : 'busy',
    word: served === stages.length ? deploymentStates.verified.word : wanted === null ? 'to come' : 'not by all',
    detail: untold > 0 ? `${untold} more are in trouble than are told here: its page has them all.` : null,
  };
  return [summary, ...troubled.slice(0, few)];
}

/** `wanted`: the version that is to be there; null: it is not issued yet. */
function deploymentStage({ target, deployment }: Assignment, wanted: number | null): Stage {
  const title = `Served by ${target}`;
  if (wanted === null || deployment === null || deployment.version < wanted) {
    return { title, standing: 'off', word: 'to come', detail: null };
  }
  return { title, ...deploymentStates[deployment.status], detail: deployment.error };
}

/** Whether nothing is to come any more: issued, and served wherever it was to be. */
export function isLive(stages: readonly Stage[]): boolean {
  return stages.every(({ standing }) => standing === 'good');
}
