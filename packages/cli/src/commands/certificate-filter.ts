import type { Invocation } from '../command.js';
import { readMoment } from '../duration.js';
import type { FieldFlags } from '../flags.js';

/** The flags by which certificates are found. */
export const filterFlags: Record<string, FieldFlags> = {
  search: { help: 'In names and identifiers.' },
  status: { help: 'Those in this state.' },
  health: { help: 'Those of which this is the worst that can be said.' },
  request: { help: 'Those whose request has come to this.' },
  label: { placeholder: 'key[=value]', help: 'Those with this label.' },
  policy: { placeholder: 'name', help: 'Those of this policy.' },
  account: { placeholder: 'name' },
  target: { placeholder: 'name' },
  domain: { placeholder: 'pattern' },
  source: { help: 'Those that a policy keeps valid, or those that were imported.' },
  expiresBefore: {
    placeholder: 'when',
    help: 'Those whose current version ends before this: a date, or within 2h, 30d.',
  },
};

/** What the flags fill, with its moment as the API takes it. */
export function withMoments<F extends Record<string, unknown>>(invocation: Invocation, filter: F): F {
  const { expiresBefore } = filter;
  if (typeof expiresBefore !== 'string') return filter;
  return { ...filter, expiresBefore: readMoment(expiresBefore, 'expires-before', invocation.world.now(), 1) };
}
