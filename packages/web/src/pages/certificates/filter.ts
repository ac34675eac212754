import { CertificateSource, CertificateStatus } from '@certfleet/contract';
import { z } from 'zod';

/** What the table is narrowed to and how it is sorted, as the address of the page says it. What is wrong is left out. */
export const CertificateFilter = z.object({
  search: z.string().max(253).optional().catch(undefined),
  status: CertificateStatus.optional().catch(undefined),
  source: CertificateSource.optional().catch(undefined),
  label: z.string().max(400).optional().catch(undefined),
  sort: z.enum(['name', '-name', 'notAfter', '-notAfter', 'renewal', '-renewal']).optional().catch(undefined),
});
export type CertificateFilter = z.infer<typeof CertificateFilter>;
