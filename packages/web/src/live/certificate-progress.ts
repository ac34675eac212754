import type { Progress } from '@certfleet/contract';
import { useState } from 'react';
import { useProgress } from './live-context.js';

/** What was said last of a certificate's order since this was shown: it is passing, how it stands is what was stored. */
export function useCertificateProgress(name: string): Progress | undefined {
  const progress = useProgress(`certificate:${name}`);
  const [before] = useState(progress);
  return progress === before ? undefined : progress;
}
