import { z } from 'zod';
import { Id, IpAddress, Name, Port, Timestamp } from '../primitives.js';
import { newPoolSettings, poolSettings, RealServer, RealServerCreation } from './pool.js';

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

/** So many a sub virtual service can have. */
export const mostContentRules = 100;

const rulesInOrder =
  'By name, in order: it takes a request if any matches. None, or `default`: what no other one takes.';
const contentRules = z
  .array(Name)
  .max(mostContentRules)
  .refine(names => new Set(names).size === names.length, 'A rule is attached once.')
  .describe(rulesInOrder);

export const SubVirtualService = z
  .object({
    index: z.int().describe('From the same space as the indexes of virtual services.'),
    name: Name.nullable(),
    enabled: z.boolean(),
    contentRules: z.array(Name).describe(rulesInOrder),
    ...poolSettings,
    realServers: z.array(RealServer),
  })
  .meta({ id: 'SubVirtualService' });
export type SubVirtualService = z.infer<typeof SubVirtualService>;

/** The indexes of challenges are above this one, those of virtual services and sub virtual services below. */
export const challengeIndexBase = 1_000_000_000;

/** A challenge that a virtual service answers at this moment, by itself: no real server sees it. */
export const PresentedChallenge = z
  .object({
    index: z.int().describe('Above 1,000,000,000: never that of a (sub) virtual service.'),
    certificate: Name,
    identifier: z.string(),
    path: z.string(),
    since: Timestamp,
  })
  .meta({ id: 'PresentedChallenge' });
export type PresentedChallenge = z.infer<typeof PresentedChallenge>;

/** What a virtual service does with requests. */
export const VirtualServiceType = z.enum(['http', 'https', 'redirect']);
export type VirtualServiceType = z.infer<typeof VirtualServiceType>;

export const VirtualService = z
  .object({
    index: z.int().describe('Stable: never given to another one.'),
    loadBalancer: Name,
    name: Name.nullable(),
    address: IpAddress,
    port: Port,
    type: VirtualServiceType,
    enabled: z.boolean(),
    redirectPort: Port.nullable().describe('Of a redirect service: the port that https is on. Null for the others.'),
    http2: z.boolean().nullable().describe('Of an https service: HTTP/2 is offered too. Null for the others.'),
    ...poolSettings,
    realServers: z.array(RealServer),
    subVirtualServices: z.array(SubVirtualService),
    challenges: z.array(PresentedChallenge).describe('What is presented there right now.'),
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
    type: VirtualServiceType,
    enabled: z.boolean().default(true),
    redirectPort: Port.default(443).describe('Of a redirect service: the port that https is on.'),
    http2: z.boolean().default(true).describe('Of an https service: offer HTTP/2 beside HTTP/1.1.'),
    ...newPoolSettings,
    realServers: z.array(RealServerCreation).max(1000).default([]),
  })
  .meta({ id: 'VirtualServiceCreation' });
export type VirtualServiceCreation = z.infer<typeof VirtualServiceCreation>;

/** Of a virtual service or of a sub virtual service, which has neither address, port nor type of its own. */
export const VirtualServiceChange = z
  .object({
    name: Name.nullable(),
    address: IpAddress,
    port: Port,
    type: VirtualServiceType,
    enabled: z.boolean(),
    redirectPort: Port.describe('Of a redirect service alone: the port that https is on.'),
    http2: z.boolean().describe('Of an https service alone: offer HTTP/2 beside HTTP/1.1.'),
    contentRules: contentRules.describe('Of a sub virtual service alone: all of them, by name, in order.'),
    ...poolSettings,
  })
  .partial()
  .meta({ id: 'VirtualServiceChange' });
export type VirtualServiceChange = z.infer<typeof VirtualServiceChange>;

export const SubVirtualServiceCreation = z
  .object({
    name: Name.nullable().default(null),
    enabled: z.boolean().default(true),
    contentRules: contentRules.default([]),
    ...newPoolSettings,
    realServers: z.array(RealServerCreation).max(1000).default([]),
  })
  .meta({ id: 'SubVirtualServiceCreation' });
export type SubVirtualServiceCreation = z.infer<typeof SubVirtualServiceCreation>;

/** Which content rule to attach to a sub virtual service, and where among those it has. */
export const ContentRuleAttachment = z
  .object({
    rule: Name,
    position: z
      .int()
      .min(1)
      .max(mostContentRules)
      .optional()
      .describe('Its place among them, counted from 1. Left out: the last.'),
  })
  .meta({ id: 'ContentRuleAttachment' });
export type ContentRuleAttachment = z.infer<typeof ContentRuleAttachment>;

/** Of the sub virtual service that a virtual service's own real servers move to. */
export const VirtualServiceConversion = z
  .object({ name: Name.nullable().default(null).describe('What to call the sub virtual service.') })
  .meta({ id: 'VirtualServiceConversion' });
export type VirtualServiceConversion = z.infer<typeof VirtualServiceConversion>;
