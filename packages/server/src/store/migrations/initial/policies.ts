import { flag, id, instant, integer, json, optional, references, sealed, text } from '../columns.js';
import type { TableMaker } from '../table-maker.js';
import { indexVirtualService } from './plugins.js';

/** How certificates are kept valid, and what proves their names. */
export async function policies(maker: TableMaker): Promise<void> {
  const { index, table, unique } = maker;
  await table('solver', {
    id,
    name: text,
    type: text,
    config: json,
    secrets: optional(sealed),
    enabled: flag,
    created_at: instant,
  });
  await unique('solver', 'solver_name', ['name']);
  await indexVirtualService(maker, 'solver');

  await table('policy', {
    id,
    name: text,
    key_algorithm: text,
    key_on_renewal: text,
    renew_days_before: optional(integer),
    profile: optional(text),
    default_solver_id: optional(references('solver.id')),
    created_at: instant,
  });
  await unique('policy', 'policy_name', ['name']);
  await index('policy', 'policy_default_solver', ['default_solver_id']);

  await table(
    'policy_account',
    { policy_id: references('policy.id', 'cascade'), position: integer, account_id: references('account.id') },
    ['policy_id', 'position'],
  );
  await unique('policy_account', 'policy_account_account', ['account_id', 'policy_id']);

  await table('domain', { id, pattern: text, solver_id: references('solver.id'), created_at: instant });
  await unique('domain', 'domain_pattern', ['pattern']);
  await index('domain', 'domain_solver', ['solver_id']);
}
