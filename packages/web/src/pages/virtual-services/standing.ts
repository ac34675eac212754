import type { RealServerStatistics, SubVirtualServiceStatistics, VirtualServiceStatistics } from '@certfleet/contract';
import type { Standing } from '../../parts/mark.js';

export type State = (VirtualServiceStatistics | SubVirtualServiceStatistics | RealServerStatistics)['state'];

const standings: Record<State, Standing> = {
  up: 'good',
  redirect: 'good',
  // It is used, but nobody looks whether it works.
  unchecked: 'off',
  down: 'bad',
  disabled: 'off',
  unknown: 'attention',
};

/** What a state looks like; undefined: it was not read yet. */
export function standingOf(state: State | undefined): Standing {
  return state === undefined ? 'busy' : standings[state];
}
