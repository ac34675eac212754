import { z } from 'zod';
import { IpAddress, Name, Port } from '../primitives.js';

const counter = z.number().min(0);

/** What something has done since it was made, whatever was changed or reloaded meanwhile, and what it does now. */
export const Traffic = z
  .object({
    sessions: counter.describe('Connections of a virtual service; requests passed on, of what is behind it.'),
    requests: counter,
    bytesIn: counter,
    bytesOut: counter,
    responses1xx: counter,
    responses2xx: counter,
    responses3xx: counter,
    responses4xx: counter,
    responses5xx: counter,
    currentSessions: counter,
    sessionsPerSecond: counter,
    requestsPerSecond: counter,
  })
  .meta({ id: 'Traffic' });
export type Traffic = z.infer<typeof Traffic>;

export const RealServerStatistics = z
  .object({
    index: z.int(),
    address: IpAddress,
    port: Port,
    state: z
      .enum(['up', 'down', 'disabled', 'unchecked', 'unknown'])
      .describe('unchecked: it is used, but nobody looks whether it works; unknown: HAProxy does not run.'),
    lastCheck: z.string().nullable().describe("What the last check said, in HAProxy's words."),
    traffic: Traffic,
  })
  .meta({ id: 'RealServerStatistics' });
export type RealServerStatistics = z.infer<typeof RealServerStatistics>;

export const SubVirtualServiceStatistics = z
  .object({
    index: z.int(),
    name: Name.nullable(),
    state: z.enum(['up', 'down', 'disabled', 'unknown']),
    traffic: Traffic,
    realServers: z.array(RealServerStatistics),
  })
  .meta({ id: 'SubVirtualServiceStatistics' });
export type SubVirtualServiceStatistics = z.infer<typeof SubVirtualServiceStatistics>;

export const VirtualServiceStatistics = z
  .object({
    index: z.int(),
    name: Name.nullable(),
    address: IpAddress,
    port: Port,
    state: z
      .enum(['up', 'down', 'disabled', 'redirect', 'unknown'])
      .describe('up: its real servers, or those of a part of it, take requests; unknown: HAProxy does not run.'),
    traffic: Traffic,
    realServers: z.array(RealServerStatistics),
    subVirtualServices: z.array(SubVirtualServiceStatistics),
  })
  .meta({ id: 'VirtualServiceStatistics' });
export type VirtualServiceStatistics = z.infer<typeof VirtualServiceStatistics>;
