import type { RealServer } from '@certfleet/contract';
import { Mark } from '../../parts/mark.js';
import { type State, standingOf } from './standing.js';

/** How a (sub) virtual service or a real server does; undefined: it was not read yet. */
export function StateMark({ state }: { state: State | undefined }) {
  return <Mark standing={standingOf(state)}>{state ?? 'reading'}</Mark>;
}

/** A real server of weight 0 gets nobody new: it drains. */
export function ServerMark({ server, state }: { server: RealServer; state: State | undefined }) {
  if (server.enabled && server.weight === 0 && state === 'up') return <Mark standing="attention">draining</Mark>;
  return <StateMark state={state} />;
}
