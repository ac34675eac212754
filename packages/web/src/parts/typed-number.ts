/**
 * What was typed into a field for numbers. An emptied one is NaN, which the operations' schemas refuse at the field: as 0 it
 * would drain a real server, or take its limit away.
 */
export function typedNumber(typed: number | string): number {
  return typed === '' ? Number.NaN : Number(typed);
}
