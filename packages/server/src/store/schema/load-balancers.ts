import type { ContentRule, Scheduling } from '@certfleet/contract';
import type { Generated } from 'kysely';
import type { Flag, Instant, Json } from './columns.js';

export interface LoadBalancerTable {
  id: string;
  name: string;
  is_default: Flag;
  created_at: Instant;
}

export interface InstanceTable {
  id: string;
  load_balancer_id: string;
  name: string;
  type: 'local' | 'agent';
  created_at: Instant;
}

/** Virtual services and sub virtual services share the index space; an index is never given twice. */
export interface VirtualServiceTable {
  /** Given by the database, never reused: AUTOINCREMENT, identity. */
  index: Generated<number>;
  load_balancer_id: string;
  /** Of a sub virtual service: its parent's index. */
  parent_index: number | null;
  name: string | null;
  /** Null for sub virtual services, as is port. */
  address: string | null;
  port: number | null;
  type: 'http' | 'https' | 'redirect' | 'sub';
  enabled: Flag;
  /** Order among the sub virtual services of one parent; the first that matches takes the request. */
  position: number;
  /** Scheduling of the contract, as are the next ones. */
  scheduling: Scheduling;
  persistence: Json;
  health_check: Json;
  minimum_servers: number;
  unavailable: Json | null;
  /** Of a redirect service: the port that https is on. */
  redirect_port: number | null;
  /** Of an https service: HTTP/2 is offered beside HTTP/1.1. */
  http2: Flag | null;
  /** The greatest index that one of its real servers ever had: none is given twice. */
  last_real_server: number;
  /** Everything that an API accepts and keeps for its clients, by name. */
  properties: Json;
  created_at: Instant;
}

export interface RealServerTable {
  /** Stable within the virtual service. */
  index: number;
  virtual_service_index: number;
  address: string;
  port: number;
  weight: number;
  enabled: Flag;
  /** The most connections at once; 0: as many as come. */
  connection_limit: number;
  properties: Json;
}

/** Which requests a sub virtual service takes; ContentRule of the contract. */
export interface ContentRuleTable {
  id: string;
  name: string;
  field: ContentRule['field'];
  header: string | null;
  match: ContentRule['match'];
  pattern: string;
  include_host: Flag;
  include_query: Flag;
  negate: Flag;
  ignore_case: Flag;
  must_fail: Flag;
  created_at: Instant;
}

/** The content rules of a sub virtual service, in order. */
export interface AttachedRuleTable {
  virtual_service_index: number;
  position: number;
  /** Null: the rule `default`, which is always there. */
  content_rule_id: string | null;
}
