import type { Assignment } from '@certfleet/contract';

/** A step of an order, as docs/issuance-cycle.md has them, in words for people. */
interface OrderStep {
  title: string;
  /** What happens there. */
  about: string;
}

/** From a due certificate to the one that is served. */
export const orderSteps: readonly OrderStep[] = [
  { title: 'Plan', about: 'Key and request are made and written down.' },
  { title: 'Order', about: 'The CA takes the order.' },
  { title: 'Read', about: 'The CA says what has to be proven.' },
  { title: 'Present', about: 'The challenges are put where the CA looks.' },
  { title: 'Validate', about: 'The CA looks for them.' },
  { title: 'Issue', about: 'All names are proven; the CA issues.' },
  { title: 'Store', about: 'The certificate is checked and stored.' },
  { title: 'Deploy', about: 'It is brought to its targets, and read there by a handshake.' },
];

/** At which of {@link orderSteps} an order is, by `order.state`; null: nowhere, it has ended without a certificate. */
const at: Readonly<Record<string, number | null>> = {
  new: 1,
  created: 2,
  presenting: 3,
  validating: 4,
  finalizing: 5,
  done: 7,
  installing: 7,
  installed: 7,
  failed: null,
  abandoned: null,
};

interface Facts {
  /** The running order's state, as it was read last; null: there is none. */
  issuance: { step: string } | null;
  /** What was said last of it while this page was open. */
  progress: { step: string } | undefined;
  deployed: Deployed;
}

/** How far the current version is brought to its targets; null: that was not read yet. */
export type Deployed = 'under-way' | 'proven' | 'unproven' | null;

/** `current`: the newest version's number. What has not been begun is under way. */
export function deployedOf(assignments: readonly Pick<Assignment, 'deployment'>[], current: number): Deployed {
  const states = assignments.map(({ deployment }) => {
    if (deployment === null || deployment.version !== current) return 'under-way';
    if (deployment.status === 'verified') return 'proven';
    return /^(pending|installed)$/.test(deployment.status) ? 'under-way' : 'unproven';
  });
  return (['under-way', 'unproven'] as const).find(state => states.includes(state)) ?? 'proven';
}

/**
 * How far it is: the index into {@link orderSteps} of what is being done, their number when all is done, or null when
 * nothing is under way. What was read counts, what was said meanwhile only moves it on.
 */
export function stepAt({ issuance, progress, deployed }: Facts): number | null {
  const said = progress === undefined ? null : (at[progress.step] ?? null);
  if (issuance) return Math.max(at[issuance.step] ?? 0, said === orderSteps.length - 1 ? 0 : (said ?? 0));
  if (deployed === 'under-way') return orderSteps.length - 1;
  if (said !== orderSteps.length - 1) return null;
  return deployed === 'proven' ? orderSteps.length : orderSteps.length - 1;
}
