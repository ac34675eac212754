/** What changes come in swarms, in milliseconds. */
interface Pace {
  /** From the first change of a swarm to its reading: those that come meanwhile are read with it. */
  gather: number;
  /** The least from the end of one reading to the next. It is also five times as long as the reading took, up to `most`. */
  rest: number;
  most: number;
}

/** A reading that takes longer than this, in milliseconds, hangs: what else happens is read all the same. */
const hanging = 30_000;

/**
 * Has `read` called for changes as they come, for many at once and never twice at a time: what is read costs the server a
 * sixth of the time at most, however much happens.
 */
export function gathered(
  read: (changes: ReadonlySet<string>) => Promise<unknown>,
  { gather, rest, most }: Pace,
): (changes: readonly string[]) => void {
  const due = new Set<string>();
  let isWaiting = false;
  let notBefore = 0;
  const wait = () => {
    isWaiting = true;
    setTimeout(go, Math.max(gather, notBefore - Date.now()));
  };
  const go = async () => {
    const changes = new Set(due);
    due.clear();
    const begun = Date.now();
    await Promise.race([read(changes), new Promise(given => setTimeout(given, hanging))]);
    const now = Date.now();
    notBefore = now + Math.min(most, Math.max(rest, 5 * (now - begun)));
    isWaiting = false;
    if (due.size > 0) wait();
  };
  return changes => {
    for (const one of changes) due.add(one);
    if (due.size > 0 && !isWaiting) wait();
  };
}
