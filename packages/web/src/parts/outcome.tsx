import type { Event } from '@certfleet/contract';
import { Mark, type Standing } from './mark.js';

const standings: Record<Event['outcome'], Standing> = { succeeded: 'good', failed: 'bad', intended: 'busy' };

/** What became of what an event tells of. */
export function Outcome({ outcome }: Pick<Event, 'outcome'>) {
  return <Mark standing={standings[outcome]}>{outcome}</Mark>;
}
