import type { Assignment, Served as ServedNow, Version } from '@certfleet/contract';
import type { Standing } from '../../parts/mark.js';

/** What a target serves, held against what it should. */
export interface Served {
  standing: Standing;
  word: string;
  /** In a sentence. */
  text: string;
}

/** What is known of an assignment: what should be served there, what a handshake has read, and what stands between. */
export function servedThere({ deployment }: Pick<Assignment, 'deployment'>, current: Version | null): Served {
  if (current === null) return { standing: 'busy', word: 'waiting', text: 'It is deployed as soon as it is issued.' };
  if (!deployment) return { standing: 'busy', word: 'waiting', text: 'It has not been brought here yet.' };
  const { status, servedSerial, error, version } = deployment;
  const because = error === null ? '' : ` ${error}`;
  const isCurrent = servedSerial === current.serial;
  switch (status) {
    case 'verified':
      return isCurrent
        ? { standing: 'good', word: 'served', text: `A handshake has read version ${current.number}.` }
        : {
            standing: 'busy',
            word: 'older',
            text: `Version ${version} is served until version ${current.number} is here.`,
          };
    case 'pending':
      return { standing: 'busy', word: 'deploying', text: `Version ${version} is being brought here.${because}` };
    case 'installed':
      return {
        standing: 'busy',
        word: 'reading',
        text: `Version ${version} is installed and looked for by a handshake.`,
      };
    case 'superseded':
      return { standing: 'busy', word: 'superseded', text: `A newer version than ${version} is on its way.` };
    case 'unreachable':
      return {
        standing: 'attention',
        word: 'unproven',
        text: `Version ${version} is installed, but nothing answers here to prove it.${because}`,
      };
    case 'failed':
      return { standing: 'bad', word: 'failed', text: `Version ${version} could not be brought here.${because}` };
    case 'rolled-back':
      return {
        standing: 'bad',
        word: 'rolled back',
        text: `Something else answered than version ${version}: what was here before is back.${because}`,
      };
  }
}

/** What a handshake has read just now, held against the version that should be there. */
export function servedNow({ state, expected, served, reason }: ServedNow): Served {
  switch (state) {
    case 'as-it-should':
      return { standing: 'good', word: 'as it should be', text: `Version ${expected?.version}.` };
    case 'older':
      return { standing: 'busy', word: 'older', text: `Version ${served?.version} instead of ${expected?.version}.` };
    case 'other':
      return { standing: 'bad', word: 'another one', text: `Another certificate than version ${expected?.version}.` };
    case 'no-answer':
      return { standing: 'attention', word: 'no answer', text: reason ?? 'Nothing answers there.' };
    case 'failed':
      return { standing: 'bad', word: 'could not look', text: reason ?? 'It could not be looked at.' };
    case 'not-issued':
      return { standing: 'off', word: 'nothing yet', text: 'It has not been issued yet.' };
  }
}
