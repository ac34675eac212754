import { useMemo, useState } from 'react';
import { type CertificateFilter, narrowing } from '../filter.js';
import { allMatching, type Choice, noChoice, toggled } from './choice.js';

/** The certificates that are chosen for something that is done with many. */
export function useChoice(filter: CertificateFilter) {
  const [choice, setChoice] = useState<Choice>(noChoice);
  const present = narrowing(filter);
  // All that match were chosen looking at other ones.
  if (choice.kind === 'matching' && JSON.stringify(choice.filter) !== JSON.stringify(present)) setChoice(noChoice);
  const actions = useMemo(
    () => ({
      toggle: (name: string) => setChoice(before => toggled(before, name)),
      clear: () => setChoice(noChoice),
    }),
    [],
  );
  return { choice, ...actions, chooseAll: () => setChoice(allMatching(present)) };
}
