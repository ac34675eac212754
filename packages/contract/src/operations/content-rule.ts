import { pageOf, searchable } from '../list.js';
import { ContentRule, ContentRuleChange, ContentRuleCreation } from '../resources/content-rule.js';
import { byName } from './by-name.js';
import type { Operation } from './operation.js';

/** Which requests sub virtual services take. */
export const contentRule = {
  create: {
    method: 'POST',
    path: '/content-rules',
    summary: 'Create a content rule',
    role: 'operator',
    body: ContentRuleCreation,
    reply: ContentRule,
    status: 201,
  },
  list: {
    method: 'GET',
    path: '/content-rules',
    summary: 'List content rules',
    role: 'viewer',
    query: searchable(),
    reply: pageOf(ContentRule),
  },
  show: {
    method: 'GET',
    path: '/content-rules/{name}',
    summary: 'Show a content rule',
    role: 'viewer',
    params: byName,
    reply: ContentRule,
  },
  change: {
    method: 'PATCH',
    path: '/content-rules/{name}',
    summary: 'Change a content rule, wherever it is attached',
    role: 'operator',
    params: byName,
    body: ContentRuleChange,
    reply: ContentRule,
  },
  delete: {
    method: 'DELETE',
    path: '/content-rules/{name}',
    summary: 'Delete a content rule that is attached nowhere',
    role: 'operator',
    params: byName,
  },
} as const satisfies Record<string, Operation>;
