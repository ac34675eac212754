import { z } from 'zod';
import { ListQuery, pageOf, searchable } from '../list.js';
import { IpAddress, Name } from '../primitives.js';
import { RealServerChange, RealServerCreation } from '../resources/pool.js';
import {
  ContentRuleAttachment,
  LoadBalancer,
  SubVirtualServiceCreation,
  VirtualService,
  VirtualServiceChange,
  VirtualServiceConversion,
  VirtualServiceCreation,
  VirtualServiceType,
} from '../resources/virtual-service.js';
import { VirtualServiceStatistics } from '../resources/virtual-service-statistics.js';
import type { Operation } from './operation.js';

const byIndex = z.object({ index: z.coerce.number().int().min(1) });
const bySubIndex = byIndex.extend({ subIndex: z.coerce.number().int().min(1) });
const byRealServer = byIndex.extend({ realServer: z.coerce.number().int().min(1) });
const byRule = byIndex.extend({ rule: Name });

const VirtualServiceQuery = searchable('In names and addresses, with ports; or an index.').extend({
  name: Name.optional().describe('Those of this name.'),
  address: IpAddress.optional().describe('Those that listen on this address.'),
  port: z.coerce.number().int().min(1).max(65_535).optional().describe('Those that listen on this port.'),
  type: VirtualServiceType.optional().describe('Those of this type.'),
});

/** Virtual services with their real servers, and the load balancers that serve them. */
export const virtualService = {
  loadBalancers: {
    method: 'GET',
    path: '/load-balancers',
    summary: 'List load balancers and their instances',
    role: 'viewer',
    query: ListQuery,
    reply: pageOf(LoadBalancer),
  },
  create: {
    method: 'POST',
    path: '/virtual-services',
    summary: 'Create a virtual service',
    role: 'operator',
    body: VirtualServiceCreation,
    reply: VirtualService,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/virtual-services',
    summary: 'List virtual services',
    role: 'viewer',
    query: VirtualServiceQuery,
    reply: pageOf(VirtualService),
  },
  statistics: {
    method: 'GET',
    path: '/virtual-services/statistics',
    summary: 'Show how virtual services do: state, connections, requests, bytes',
    role: 'viewer',
    query: z.object({
      index: z.coerce.number().int().min(1).optional().describe('Of this (sub) virtual service. Left out: of all.'),
      indexes: z
        .string()
        .regex(/^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,199}$/)
        .optional()
        .describe('Of the virtual services with these indexes that there are, such as `1,2,7`: 200 at most.'),
    }),
    reply: z.object({ items: z.array(VirtualServiceStatistics) }),
  },
  show: {
    method: 'GET',
    path: '/virtual-services/{index}',
    summary: 'Show a virtual service',
    role: 'viewer',
    params: byIndex,
    reply: VirtualService,
  },
  change: {
    method: 'PATCH',
    path: '/virtual-services/{index}',
    summary: 'Change a virtual service or sub virtual service',
    role: 'operator',
    params: byIndex,
    body: VirtualServiceChange,
    reply: VirtualService,
  },
  delete: {
    method: 'DELETE',
    path: '/virtual-services/{index}',
    summary: 'Delete a virtual service',
    role: 'operator',
    params: byIndex,
  },
  addSub: {
    method: 'POST',
    path: '/virtual-services/{index}/sub-virtual-services',
    summary: 'Add a sub virtual service',
    role: 'operator',
    params: byIndex,
    body: SubVirtualServiceCreation,
    reply: VirtualService,
    status: 201,
  },
  deleteSub: {
    method: 'DELETE',
    path: '/virtual-services/{index}/sub-virtual-services/{subIndex}',
    summary: 'Delete a sub virtual service',
    role: 'operator',
    params: bySubIndex,
  },
  convert: {
    method: 'POST',
    path: '/virtual-services/{index}/convert',
    summary: 'Move the real servers of a virtual service into a sub virtual service of it',
    role: 'operator',
    params: byIndex,
    body: VirtualServiceConversion,
    reply: VirtualService,
  },
  attachRule: {
    method: 'POST',
    path: '/virtual-services/{index}/content-rules',
    summary: 'Attach a content rule to a sub virtual service',
    role: 'operator',
    params: byIndex,
    body: ContentRuleAttachment,
    reply: VirtualService,
    status: 201,
  },
  detachRule: {
    method: 'DELETE',
    path: '/virtual-services/{index}/content-rules/{rule}',
    summary: 'Detach a content rule from a sub virtual service',
    role: 'operator',
    params: byRule,
  },
  addRealServer: {
    method: 'POST',
    path: '/virtual-services/{index}/real-servers',
    summary: 'Add a real server to a virtual service or sub virtual service',
    role: 'operator',
    params: byIndex,
    body: RealServerCreation,
    reply: VirtualService,
    status: 201,
  },
  changeRealServer: {
    method: 'PATCH',
    path: '/virtual-services/{index}/real-servers/{realServer}',
    summary: 'Change a real server, which keeps its number',
    role: 'operator',
    params: byRealServer,
    body: RealServerChange,
    reply: VirtualService,
  },
  deleteRealServer: {
    method: 'DELETE',
    path: '/virtual-services/{index}/real-servers/{realServer}',
    summary: 'Delete a real server',
    role: 'operator',
    params: byRealServer,
  },
} as const satisfies Record<string, Operation>;
