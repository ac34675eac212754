import { operations, type VirtualService } from '@certfleet/contract';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { api } from '../../api.js';

/** All virtual services, however many pages they are. Read again with everything else of virtual services. */
export function useAllServices(): UseQueryResult<VirtualService[]> {
  return useQuery({
    queryKey: ['virtual-services', 'all of them'],
    queryFn: async () => {
      const all: VirtualService[] = [];
      let cursor: string | null | undefined;
      do {
        const query = { limit: 1000, ...(cursor && { cursor }) };
        const page = await api.call(operations.virtualService.list, { query });
        all.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return all;
    },
  });
}
