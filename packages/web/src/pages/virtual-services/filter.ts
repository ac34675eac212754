import { VirtualServiceType } from '@certfleet/contract';
import { z } from 'zod';

/** What the list is narrowed to, as the address of the page says it. What is wrong is left out. */
export const ServiceFilter = z.object({
  search: z.string().min(1).max(253).optional().catch(undefined),
  type: VirtualServiceType.optional().catch(undefined),
});
export type ServiceFilter = z.infer<typeof ServiceFilter>;
