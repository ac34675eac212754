import type { SolverFindings } from './resources/solver.js';

interface Verdict {
  standing: 'good' | 'attention' | 'bad' | 'off';
  text: string;
}

/** What a trial comes to, in a few words: that it works is said only where it was seen. */
export function solverVerdict({ zones, answers, byPerson }: SolverFindings): Verdict {
  if (byPerson) return { standing: 'off', text: 'Nobody was asked: a person presents' };
  if (zones?.length === 0) return { standing: 'attention', text: 'It answers, but sees no zone' };
  const amiss = answers?.find(({ result }) => result !== 'ok');
  if (amiss === undefined) return { standing: 'good', text: 'It works' };
  if (amiss.name === null) return { standing: 'bad', text: 'It does not answer' };
  if (amiss.result === 'unknown')
    return { standing: 'attention', text: `It answers; of ${amiss.name} nobody can tell` };
  return { standing: 'attention', text: `It answers, but not for ${amiss.name}` };
}
