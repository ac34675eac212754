import type { Certificate, Policy } from '@certfleet/contract';
import type { Draft, Wish } from './draft.js';
import type { Preflight } from './use-preflight.js';

/** Changes a part of the draft, given by itself or by what is there. It is the same function as long as the wizard is shown. */
export type ChangeDraft = (part: Partial<Draft> | ((present: Draft) => Partial<Draft>)) => void;

/** What every step is given. */
export interface StepProps {
  draft: Draft;
  change: ChangeDraft;
  /** The draft with what is left open filled in. */
  wish: Wish;
  preflight: Preflight;
  /** The one that is wished for; undefined: it is not read yet, null: there is none of that name. */
  policy: Policy | undefined | null;
  /** The certificate that is mended; null: a new one is asked for. */
  mended: Certificate | null;
}
