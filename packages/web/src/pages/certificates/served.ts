import type { Assignment, Version } from '@certfleet/contract';
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
