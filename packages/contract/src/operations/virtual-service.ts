import { z } from 'zod';
import { ListQuery, pageOf } from '../list.js';
import {
  LoadBalancer,
  RealServerChange,
  RealServerCreation,
  SubVirtualServiceCreation,
  VirtualService,
  VirtualServiceChange,
  VirtualServiceCreation,
} from '../resources/virtual-service.js';
import type { Operation } from './operation.js';

const byIndex = z.object({ index: z.coerce.number().int().min(1) });
const bySubIndex = byIndex.extend({ subIndex: z.coerce.number().int().min(1) });
const byRealServer = byIndex.extend({ realServer: z.coerce.number().int().min(1) });

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
    query: ListQuery,
    reply: pageOf(VirtualService),
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
    summary: "Change a real server's weight, or whether it takes requests",
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
