import { IpAddress, Name, VirtualServiceType } from '@certfleet/contract';
import { z } from 'zod';

/** What the list is narrowed to, as the address of the page says it. What is wrong is left out. */
export const ServiceFilter = z.object({
  name: Name.optional().catch(undefined),
  address: IpAddress.optional().catch(undefined),
  type: VirtualServiceType.optional().catch(undefined),
});
export type ServiceFilter = z.infer<typeof ServiceFilter>;

/** What someone types to find a service: an address where it is one, else a name; neither while it is no name yet. */
export function searched(text: string): Pick<ServiceFilter, 'name' | 'address'> {
  const typed = text.trim();
  const address = IpAddress.safeParse(typed.replace(/^\[(.*)\]$/, '$1'));
  if (address.success) return { address: address.data, name: undefined };
  const name = Name.safeParse(typed);
  return { address: undefined, name: name.success ? name.data : undefined };
}
