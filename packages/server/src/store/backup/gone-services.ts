import { sql } from 'kysely';
import type { StoreContext } from '../context.js';
import { virtualServiceOf } from '../plugin-rows.js';

/** A solver or target of a virtual service that is gone. */
interface Left {
  id: string;
  name: string;
  index: string;
}

/**
 * Deletes the solvers and targets of virtual services that a restore has taken away, and what is assigned to them: a
 * virtual service that is gone holds nothing, and nothing could ever be taken off it. Returns what people should know.
 *
 * @param restored ids of the solvers and targets that came with the restore
 */
export async function deleteOfGoneServices(context: StoreContext, restored: readonly string[]): Promise<string[]> {
  const { db } = context;
  const notes: string[] = [];
  for (const { id, name, index } of await leftOf(context, 'target', restored)) {
    const assigned = await db
      .deleteFrom('assignment')
      .where('target_id', '=', id)
      .returning(eb =>
        eb
          .selectFrom('certificate')
          .select('name')
          .whereRef('certificate.id', '=', 'assignment.certificate_id')
          .as('name'),
      )
      .execute();
    await db.deleteFrom('target').where('id', '=', id).execute();
    notes.push(...assigned.map(one => `${one.name} is not assigned to ${name} any more: ${goneWith(index)}`));
    if (assigned.length === 0 && name !== ownName(index))
      notes.push(`The target ${name} was deleted: ${goneWith(index)}`);
  }
  for (const { id, name, index } of await leftOf(context, 'solver', restored)) {
    const users = await usersOfSolver(context, id);
    if (users.length > 0) {
      notes.push(`The solver ${name} stays for ${users.join(' and ')}, although it proves nothing: ${goneWith(index)}`);
      continue;
    }
    await db.deleteFrom('challenge').where('solver_id', '=', id).execute();
    await db.deleteFrom('solver').where('id', '=', id).execute();
    if (name !== ownName(index)) notes.push(`The solver ${name} was deleted: ${goneWith(index)}`);
  }
  return notes;
}

/** Those whose service is not there, and a service's own ones that did not come with it: it may be of another type now. */
async function leftOf(
  { db, dialect }: StoreContext,
  table: 'solver' | 'target',
  restored: readonly string[],
): Promise<Left[]> {
  const index = sql.ref('index');
  const { rows } = await sql<Left & { gone: number }>`
    select id, name, ${virtualServiceOf(dialect)} as ${index},
      case when ${virtualServiceOf(dialect)} in (select cast(${index} as text) from virtual_service) then 0 else 1 end as gone
    from ${sql.table(table)} where type = 'virtual-service' order by name`.execute(db);
  return rows.filter(({ id, name, index, gone }) => !restored.includes(id) && (gone === 1 || name === ownName(index)));
}

/** What refers to a solver. A challenge that was cleaned up does not count, as when a person deletes the solver. */
async function usersOfSolver({ db }: StoreContext, id: string): Promise<string[]> {
  const { rows } = await sql<{ who: string }>`
    select distinct who from (
      select 'policy ' || name as who from policy where default_solver_id = ${id}
      union all select 'domain ' || pattern from domain where solver_id = ${id}
      union all select 'certificate ' || certificate.name from identifier
        join certificate on certificate.id = identifier.certificate_id where identifier.solver_id = ${id}
      union all select 'challenges that are to be cleaned up' from challenge
        where solver_id = ${id} and state <> 'cleaned') as users
    order by who`.execute(db);
  return rows.map(({ who }) => who);
}

function ownName(index: string): string {
  return `vs-${index}`;
}

function goneWith(index: string): string {
  return `virtual service ${index} is not in the backup.`;
}
