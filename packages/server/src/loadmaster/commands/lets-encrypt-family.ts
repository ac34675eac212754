import type { AcmeType } from '../account.js';
import type { Call } from '../command.js';

/** The commands come under two names: with `le` as they began, with `acme` since there is a second CA. */
export type Family = 'le' | 'acme';
export const families: readonly Family[] = ['le', 'acme'];

/** What every command of a family takes besides its own parameters. */
export function familyParameters(family: Family): readonly string[] {
  return family === 'acme' ? ['acmetype'] : [];
}

/** Whose account is meant; undefined when nothing was said. */
export function acmeType({ parameters }: Call): AcmeType | undefined {
  return parameters.choice('acmetype', ['1', '2']);
}
