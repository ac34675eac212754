import { z } from 'zod';
import { Id, IpAddress, Line, Name, Port, Timestamp } from '../primitives.js';

/** A named group of instances (machines that run HAProxy) with the same virtual services. */
export const LoadBalancer = z
  .object({
    id: Id,
    name: Name,
    isDefault: z.boolean(),
    instances: z.array(z.object({ id: Id, name: Name, type: z.enum(['local', 'agent']), status: z.string() })),
  })
  .meta({ id: 'LoadBalancer' });
export type LoadBalancer = z.infer<typeof LoadBalancer>;

/** How a real server's health is checked. */
export const HealthCheck = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('none') }),
    z.object({ type: z.literal('tcp') }),
    z.object({
      type: z.literal('http'),
      path: Line.regex(/^\/[!-~]*$/, 'A path: starts with /, no spaces.').default('/'),
    }),
  ])
  .meta({ id: 'HealthCheck' });

export const RealServer = z
  .object({
    index: z.int().describe('Stable within its (sub) virtual service.'),
    address: IpAddress,
    port: Port,
    weight: z.int().min(0).max(256),
    enabled: z.boolean(),
  })
  .meta({ id: 'RealServer' });
export type RealServer = z.infer<typeof RealServer>;

export const RealServerCreation = z
  .object({
    address: IpAddress,
    port: Port,
    weight: z.int().min(0).max(256).default(100),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'RealServerCreation' });
export type RealServerCreation = z.infer<typeof RealServerCreation>;

export const RealServerChange = RealServer.pick({ weight: true, enabled: true })
  .partial()
  .meta({ id: 'RealServerChange' });
export type RealServerChange = z.infer<typeof RealServerChange>;

/** Which requests a sub virtual service takes. Null: those that no other one takes. */
export const ContentRule = z
  .object({
    match: z.enum(['path-prefix', 'path-suffix', 'path-regex', 'host']),
    pattern: Line.min(1).max(250),
    negate: z.boolean().default(false),
    ignoreCase: z.boolean().default(false),
  })
  .meta({ id: 'ContentRule' });
export type ContentRule = z.infer<typeof ContentRule>;

const healthCheck = HealthCheck.default({ type: 'tcp' });

export const SubVirtualService = z
  .object({
    index: z.int().describe('From the same space as the indexes of virtual services.'),
    name: Name.nullable(),
    enabled: z.boolean(),
    contentRule: ContentRule.nullable(),
    healthCheck: HealthCheck,
    realServers: z.array(RealServer),
  })
  .meta({ id: 'SubVirtualService' });
export type SubVirtualService = z.infer<typeof SubVirtualService>;

export const VirtualService = z
  .object({
    index: z.int().describe('Stable: never given to another one.'),
    loadBalancer: Name,
    name: Name.nullable(),
    address: IpAddress,
    port: Port,
    type: z.enum(['http', 'https', 'redirect']),
    enabled: z.boolean(),
    redirectPort: Port.nullable().describe('Of a redirect service: the port that https is on. Null for the others.'),
    healthCheck: HealthCheck,
    realServers: z.array(RealServer),
    subVirtualServices: z.array(SubVirtualService),
    certificates: z.array(Name).describe('Assigned to it, the default first.'),
    createdAt: Timestamp,
  })
  .meta({ id: 'VirtualService' });
export type VirtualService = z.infer<typeof VirtualService>;

export const VirtualServiceCreation = z
  .object({
    loadBalancer: Name.optional().describe('Left out: the default one.'),
    name: Name.nullable().default(null),
    address: IpAddress,
    port: Port,
    type: z.enum(['http', 'https', 'redirect']),
    enabled: z.boolean().default(true),
    redirectPort: Port.default(443).describe('Of a redirect service: the port that https is on.'),
    healthCheck,
    realServers: z.array(RealServerCreation).max(1000).default([]),
  })
  .meta({ id: 'VirtualServiceCreation' });
export type VirtualServiceCreation = z.infer<typeof VirtualServiceCreation>;

/** Of a virtual service or of a sub virtual service, which has neither address nor port of its own. */
export const VirtualServiceChange = z
  .object({
    name: Name.nullable(),
    address: IpAddress,
    port: Port,
    enabled: z.boolean(),
    redirectPort: Port.describe('Of a redirect service alone: the port that https is on.'),
    contentRule: ContentRule.nullable().describe('Of a sub virtual service alone.'),
    healthCheck: HealthCheck,
  })
  .partial()
  .meta({ id: 'VirtualServiceChange' });
export type VirtualServiceChange = z.infer<typeof VirtualServiceChange>;

export const SubVirtualServiceCreation = z
  .object({
    name: Name.nullable().default(null),
    enabled: z.boolean().default(true),
    contentRule: ContentRule.nullable().default(null),
    healthCheck,
    realServers: z.array(RealServerCreation).max(1000).default([]),
  })
  .meta({ id: 'SubVirtualServiceCreation' });
export type SubVirtualServiceCreation = z.infer<typeof SubVirtualServiceCreation>;
