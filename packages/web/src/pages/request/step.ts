import type { Certificate, Policy } from '@certfleet/contract';
import type { Draft, Wish } from './draft.js';
import type { Preflight } from './use-preflight.js';

/** What every step is given. */
export interface StepProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** The draft with what is left open filled in. */
  wish: Wish;
  preflight: Preflight;
  policies: readonly Policy[];
  /** The certificate that is mended; null: a new one is asked for. */
  mended: Certificate | null;
}
