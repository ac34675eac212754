/** A list whose element at `from` has changed places with the one before it (-1) or behind it (1). */
export function moved<T>(list: readonly T[], from: number, by: 1 | -1): T[] {
  const without = list.toSpliced(from, 1);
  return without.toSpliced(from + by, 0, ...list.slice(from, from + 1));
}
