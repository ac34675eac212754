import { type BulkSelection, type CertificateFilter, mostNamed } from '@certfleet/contract';

/** Which certificates are chosen: these, or all that match a filter but for these. */
export type Choice =
  | { kind: 'named'; names: ReadonlySet<string> }
  | { kind: 'matching'; filter: CertificateFilter; except: ReadonlySet<string> };

export const noChoice: Choice = { kind: 'named', names: new Set() };

/** All that match, however many they are: the filter is what the server is told. */
export function allMatching(filter: CertificateFilter): Choice {
  return { kind: 'matching', filter, except: new Set() };
}

export function isChosen(choice: Choice, name: string): boolean {
  return choice.kind === 'named' ? choice.names.has(name) : !choice.except.has(name);
}

/** Whether one more can be chosen, or left out, by its name: the server is told no more than {@link mostNamed} names. */
export function canToggle(choice: Choice, name: string): boolean {
  const named = namedIn(choice);
  return named.has(name) || named.size < mostNamed;
}

/** The choice with one certificate chosen that was not, or the other way round. */
export function toggled(choice: Choice, name: string): Choice {
  if (!canToggle(choice, name)) return choice;
  const named = new Set(namedIn(choice));
  if (!named.delete(name)) named.add(name);
  return choice.kind === 'named' ? { ...choice, names: named } : { ...choice, except: named };
}

/** As the server takes it; null: nothing is chosen. */
export function selectionOf(choice: Choice): BulkSelection | null {
  if (choice.kind === 'named') return choice.names.size === 0 ? null : { certificates: [...choice.names] };
  return { filter: choice.filter, ...(choice.except.size === 0 ? {} : { except: [...choice.except] }) };
}

function namedIn(choice: Choice): ReadonlySet<string> {
  return choice.kind === 'named' ? choice.names : choice.except;
}
