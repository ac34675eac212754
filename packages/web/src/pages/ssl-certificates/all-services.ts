import { operations, type VirtualService } from '@certfleet/contract';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { readAll } from '../../query.js';

/** All virtual services, however many pages they are. Read again with everything else of virtual services. */
export function useAllServices(): UseQueryResult<VirtualService[]> {
  return useQuery(readAll<VirtualService>(operations.virtualService.list, {}));
}
