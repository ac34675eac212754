import type { Assignment, Page, Served as ServedNow, Version } from '@certfleet/contract';
import { assignmentState, deploymentStates, whyStillThere } from '../../parts/deployment.js';
import type { Standing } from '../../parts/mark.js';
import { listed } from '../request/sentences.js';

/** What a target serves, held against what it should. */
export interface Served {
  standing: Standing;
  word: string;
  /** In a sentence. */
  text: string;
}

type Shown = Pick<Assignment, 'deployment' | 'toBeTakenOff'>;

/** What is known of an assignment: what should be served there, what a handshake has read, and what stands between. */
export function servedThere(assignment: Shown, current: Version | null): Served {
  const { deployment, toBeTakenOff } = assignment;
  if (toBeTakenOff) return { ...assignmentState(assignment), text: whyStillThere(toBeTakenOff) };
  if (current === null) return { standing: 'busy', word: 'waiting', text: 'It is deployed as soon as it is issued.' };
  if (!deployment) return { standing: 'busy', word: 'waiting', text: 'It has not been brought here yet.' };
  const { status, servedSerial, version } = deployment;
  if (status === 'verified' && servedSerial !== current.serial) {
    return {
      standing: 'busy',
      word: 'older',
      text: `Version ${version} is served until version ${current.number} is here.`,
    };
  }
  return { ...deploymentStates[status], text: sentence(deployment) };
}

function sentence({ status, version, error }: NonNullable<Assignment['deployment']>): string {
  const because = error === null ? '' : ` ${error}`;
  switch (status) {
    case 'verified':
      return `A handshake has read version ${version}.`;
    case 'pending':
      return `Version ${version} is being brought here.${because}`;
    case 'installed':
      return `Version ${version} is installed and looked for by a handshake.`;
    case 'superseded':
      return `A newer version than ${version} is on its way.`;
    case 'unreachable':
      return `Version ${version} is installed, but nothing answers here to prove it.${because}`;
    case 'failed':
      return `Version ${version} could not be brought here.${because}`;
    case 'rolled-back':
      return `Something else answered than version ${version}: what was here before is back.${because}`;
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

/** Where handshakes have just read a version, and where nobody can say. */
export function whereServed(version: number, { items, nextCursor }: Page<ServedNow>): string {
  const at = items.filter(({ served }) => served?.version === version);
  const unread = items.filter(({ state }) => state === 'no-answer' || state === 'failed');
  const targets = (some: readonly ServedNow[]) => listed(some.map(({ target }) => target));
  const sentences = [
    at.length > 0 ? `It is served on ${targets(at)}, as handshakes have just read.` : nowhere(items.length),
    unread.length > 0 && `What ${targets(unread)} ${unread.length === 1 ? 'serves' : 'serve'} could not be read.`,
    nextCursor !== null && `Only the first ${items.length} of its targets were looked at.`,
  ];
  return sentences.filter(Boolean).join(' ');
}

function nowhere(looks: number): string {
  return looks === 0 ? 'The certificate is assigned nowhere.' : 'No handshake has read it just now.';
}
