import type { RealServerStatistics, VirtualServiceStatistics } from '@certfleet/contract';

type State = VirtualServiceStatistics['state'] | RealServerStatistics['state'];

/** LoadMaster's words for the states; without HAProxy nothing is up. */
const words: Readonly<Record<State, string>> = {
  up: 'Up',
  down: 'Down',
  unknown: 'Down',
  disabled: 'Disabled',
  redirect: 'Redirect',
  unchecked: 'Unchecked',
};

/** Every word that a `Status` has. */
export const statusWords: readonly string[] = [...new Set(Object.values(words))];

export function statusWord(state: State = 'unknown'): string {
  return words[state];
}
