import { CertificateHealth, CertificateSource, CertificateStatus, RequestStatus } from '@certfleet/contract';
import { z } from 'zod';

const sorts = ['name', '-name', 'notAfter', '-notAfter', 'renewal', '-renewal'] as const;

/** What the table is narrowed to and how it is sorted, as the address of the page says it. What is wrong is left out. */
export const CertificateFilter = z.object({
  search: z.string().max(253).optional().catch(undefined),
  health: CertificateHealth.optional().catch(undefined),
  status: CertificateStatus.optional().catch(undefined),
  request: RequestStatus.optional().catch(undefined),
  policy: z.string().max(128).optional().catch(undefined),
  account: z.string().max(128).optional().catch(undefined),
  target: z.string().max(128).optional().catch(undefined),
  expiresBefore: z.iso.datetime().optional().catch(undefined),
  source: CertificateSource.optional().catch(undefined),
  label: z.string().max(400).optional().catch(undefined),
  sort: z.enum(sorts).optional().catch(undefined),
});
export type CertificateFilter = z.infer<typeof CertificateFilter>;

/** What it is narrowed to, without the sorting: as the server takes it. */
export function narrowing({ sort: _, ...filter }: CertificateFilter): Omit<CertificateFilter, 'sort'> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** By which filters it is narrowed; null: by none. */
export function narrowedBy(filter: CertificateFilter): string[] | null {
  const set = Object.keys(narrowing(filter));
  return set.length === 0 ? null : set;
}
