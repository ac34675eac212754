import { type BulkSelection, CertificateFilter } from '@certfleet/contract';
import type { Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { type Flag, fieldsFrom, flagsFor } from '../flags.js';
import { filterFlags, withMoments } from './certificate-filter.js';

const filters = flagsFor(CertificateFilter, filterFlags);

/** The flags that say which of many certificates are meant. */
export const selectionFlags: Flag[] = [
  ...filters,
  { name: 'certificate', placeholder: 'name', repeat: true, help: 'These certificates.' },
  { name: 'all', help: 'All that there are.' },
  { name: 'except', placeholder: 'name', repeat: true, help: 'But for these.' },
];

/** Which certificates the flags mean. Throws a usage failure if they don't say it in exactly one way. */
export function selectionOf(invocation: Invocation): BulkSelection {
  const { flags } = invocation;
  const certificates = [...flags.list('certificate')];
  const except = [...flags.list('except')];
  const filter = fieldsFrom(filters, flags);
  const ways = [certificates.length > 0, flags.has('all'), Object.keys(filter).length > 0].filter(Boolean).length;
  if (ways !== 1) {
    throw usageFailure(
      'Which certificates are meant is not said, or in more than one way.',
      'Give --certificate, or what they are found by, or --all.',
    );
  }
  if (certificates.length === 0) {
    return { filter: withMoments(invocation, filter), ...(except.length > 0 ? { except } : {}) };
  }
  if (except.length === 0) return { certificates };
  throw usageFailure('--except is for what a filter finds, or for --all.', 'Leave out what is not meant.');
}
