import { faultsAmong } from '@certfleet/contract';
import { DomainError, type FieldFault } from './errors.js';
import { type Identifier, readIdentifier } from './identifiers.js';

/** Names that a certificate may have in Let's Encrypt's profiles. */
const mostNamesByProfile = new Map([
  ['classic', 100],
  ['tlsserver', 25],
  ['shortlived', 25],
]);

/** How many names a certificate of this profile may have; null if we know of no limit. */
export function mostNames(profile: string | null): number | null {
  return profile === null ? null : (mostNamesByProfile.get(profile) ?? null);
}

/**
 * The identifiers of one certificate, as people typed them, in that order: the first is the common name.
 *
 * Throws DomainError `invalid-identifier` that names every culprit; its `fields` have paths such as `identifiers.3`.
 */
export function parseIdentifiers(typed: readonly string[], profile: string | null = null): Identifier[] {
  const readings = typed.map(readIdentifier);
  const among = faultsAmong(typed, readings);
  const faults = readings.flatMap((reading, index): FieldFault[] => {
    const fault = 'fault' in reading ? reading.fault : (among[index] ?? null);
    return fault === null
      ? []
      : [{ path: `identifiers.${index}`, message: `${JSON.stringify(typed[index])} ${fault}.` }];
  });
  const number = faultOfNumber(typed.length, profile);
  if (number) faults.push({ path: 'identifiers', message: number });
  if (faults.length > 0) {
    const message = faults.map(fault => fault.message).join(' ');
    throw new DomainError('invalid-identifier', message, { fields: faults });
  }
  return readings.flatMap(reading => ('identifier' in reading ? [reading.identifier] : []));
}

function faultOfNumber(count: number, profile: string | null): string | null {
  if (count === 0) return 'A certificate needs at least one name.';
  const most = mostNames(profile);
  if (most === null || count <= most) return null;
  return `${count} names are more than the ${most} of a certificate with the profile ${profile}: split them over several certificates.`;
}

/**
 * For a set that was read already, when its profile may have changed since. Throws as {@link parseIdentifiers} does.
 */
export function checkNumberOfNames(identifiers: readonly Identifier[], profile: string | null): void {
  const fault = faultOfNumber(identifiers.length, profile);
  if (fault) throw new DomainError('invalid-identifier', fault, { fields: [{ path: 'identifiers', message: fault }] });
}

/** The same for two sets with the same identifiers in any order: what a CA counts duplicates by. */
export function setKey(identifiers: readonly Identifier[]): string {
  return identifiers
    .map(({ value }) => value)
    .sort()
    .join(',');
}
