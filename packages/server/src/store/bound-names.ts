import { type RawBuilder, type SqlBool, sql } from 'kysely';

/** Whether a domain's pattern fits the name `identifier.value`, as domain/proof.ts has it. */
export function isBoundBy(pattern: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`(identifier.value = ${pattern} or (${pattern} like '.%'
    and '.' || replace(identifier.value, '*.', '') like '%' || ${pattern}))`;
}

/**
 * Whether it is the domain with this pattern that decides on the name `identifier.value`: it fits, and neither the
 * certificate names a solver for it, nor is there the exact name or a longer suffix.
 */
export function isDecidedBy(pattern: string): RawBuilder<SqlBool> {
  const own = sql`cast(${pattern} as text)`;
  return sql<SqlBool>`(identifier.solver_id is null and ${isBoundBy(own)} and (identifier.value = ${own} or not exists (
    select 1 from domain where ${isBoundBy(sql`domain.pattern`)}
      and (domain.pattern = identifier.value or length(domain.pattern) > length(${own}))
  )))`;
}
