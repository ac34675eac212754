import type { Assignment } from '@certfleet/contract';
import type { Standing } from './mark.js';

type Deployment = NonNullable<Assignment['deployment']>;

/** How far it is with bringing a version to a target, in a word. */
export const deploymentStates: Readonly<Record<Deployment['status'], { standing: Standing; word: string }>> = {
  pending: { standing: 'busy', word: 'being installed' },
  installed: { standing: 'busy', word: 'being verified' },
  verified: { standing: 'good', word: 'verified' },
  unreachable: { standing: 'attention', word: 'unproven' },
  failed: { standing: 'bad', word: 'failed' },
  'rolled-back': { standing: 'bad', word: 'rolled back' },
  superseded: { standing: 'off', word: 'superseded' },
};

/** The same, also where there is no version yet that could be brought. */
export function deploymentState(deployment: Deployment | null): { standing: Standing; word: string } {
  return deployment === null
    ? { standing: 'busy', word: 'waits for its first version' }
    : deploymentStates[deployment.status];
}

/** The same of an assignment, which may be one that is to go. */
export function assignmentState({ deployment, toBeTakenOff }: Pick<Assignment, 'deployment' | 'toBeTakenOff'>) {
  return toBeTakenOff ? ({ standing: 'busy', word: 'to be taken off' } as const) : deploymentState(deployment);
}

/** Why an assignment that is to go is still there. */
export function whyStillThere({ reason }: NonNullable<Assignment['toBeTakenOff']>): string {
  return reason ?? 'Other work on the certificate comes first.';
}
