import { flag, id, instant, integer, json, optional, references, sequence, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';

/** Virtual services with what belongs to them; content rules. */
export async function loadBalancers({ index, table, unique }: TableMaker): Promise<void> {
  await table('load_balancer', { id, name: text, is_default: flag, created_at: instant });
  await unique('load_balancer', 'load_balancer_name', ['name']);

  await table('instance', {
    id,
    load_balancer_id: references('load_balancer.id', 'cascade'),
    name: text,
    type: text,
    created_at: instant,
  });
  await unique('instance', 'instance_name', ['load_balancer_id', 'name']);

  await table('virtual_service', {
    index: sequence,
    load_balancer_id: references('load_balancer.id'),
    parent_index: optional(references('virtual_service.index', 'cascade')),
    name: optional(text),
    address: optional(text),
    port: optional(integer),
    type: text,
    enabled: flag,
    position: integer,
    scheduling: text,
    persistence: json,
    health_check: json,
    minimum_servers: integer,
    unavailable: optional(json),
    redirect_port: optional(integer),
    http2: optional(flag),
    last_real_server: integer,
    properties: json,
    created_at: instant,
  });
  await unique('virtual_service', 'virtual_service_socket', ['load_balancer_id', 'address', 'port']);
  await index('virtual_service', 'virtual_service_parent', ['parent_index', 'position']);
  await index('virtual_service', 'virtual_service_address', ['address', 'index']);
  await index('virtual_service', 'virtual_service_port', ['port', 'index']);
  await index('virtual_service', 'virtual_service_type', ['type', 'index']);
  await index('virtual_service', 'virtual_service_name', ['name', 'index']);

  await table(
    'real_server',
    {
      virtual_service_index: references('virtual_service.index', 'cascade'),
      index: integer,
      address: text,
      port: integer,
      weight: integer,
      enabled: flag,
      connection_limit: integer,
      properties: json,
    },
    ['virtual_service_index', 'index'],
  );

  await table('content_rule', {
    id,
    name: text,
    field: text,
    header: optional(text),
    match: text,
    pattern: text,
    include_host: flag,
    include_query: flag,
    negate: flag,
    ignore_case: flag,
    must_fail: flag,
    created_at: instant,
  });
  await unique('content_rule', 'content_rule_name', ['name']);

  await table(
    'attached_rule',
    {
      virtual_service_index: references('virtual_service.index', 'cascade'),
      position: integer,
      // Null: the rule `default`, which is always there.
      content_rule_id: optional(references('content_rule.id')),
    },
    ['virtual_service_index', 'position'],
  );
  await index('attached_rule', 'attached_rule_of', ['content_rule_id', 'virtual_service_index']);
}
