import { sql } from 'kysely';
import type { Instant } from '../domain/time.js';
import { runningDeployment } from './certificate-health.js';
import { isOpen } from './challenges.js';
import type { StoreContext } from './context.js';
import { isRunning } from './orders.js';
import { fetchPage, mergePages, type Page, type PageRequest } from './pages.js';
import type { DeploymentTable, OrderTable } from './schema/index.js';

/** An order or a deployment that is under way. */
export interface RunningRecord {
  id: string;
  kind: 'order' | 'deployment';
  certificate: string;
  account: string | null;
  target: string | null;
  step: OrderTable['state'] | DeploymentTable['status'];
  startedAt: Instant;
  stepSince: Instant;
  waitsUntil: Instant | null;
  reason: string | null;
  needsPerson: boolean;
}

export interface RunningRequest extends PageRequest {
  /** A certificate's name. */
  certificate?: string | undefined;
}

/** The oldest first. What it costs grows with what is under way. */
export async function listRunning(context: StoreContext, request: RunningRequest): Promise<Page<RunningRecord>> {
  return mergePages([await runningOrders(context, request), await runningDeployments(context, request)], request.limit);
}

/** Not the id itself: SQLite would read all that ever ran in its order, and not by the index of what runs. */
const byAge = (id: string) => sql<string>`coalesce(${sql.ref(id)}, '')`;

async function runningOrders({ db }: StoreContext, request: RunningRequest): Promise<Page<RunningRecord>> {
  const { certificate } = request;
  const query = db
    .selectFrom('order')
    .innerJoin('certificate', 'certificate.id', 'order.certificate_id')
    .innerJoin('account', 'account.id', 'order.account_id')
    .select(['order.id', 'certificate.name as certificate', 'account.name as account', 'order.state as step'])
    .select(['order.created_at as startedAt', 'order.updated_at as stepSince'])
    .select(['order.waits_until as waitsUntil', 'order.waits_for as reason'])
    .select(eb => {
      const open = eb.selectFrom('challenge').select('challenge.id').whereRef('order_id', '=', 'order.id');
      return eb
        .case()
        .when(eb.exists(open.where(isOpen)))
        .then(1)
        .else(0)
        .end()
        .as('open');
    })
    .where(isRunning)
    .$if(certificate !== undefined, found => found.where('certificate.name', '=', certificate ?? ''));
  const page = await fetchPage(query, request, { key: byAge('order.id'), id: 'order.id' }, ({ id }) => [id, id]);
  const items = page.items.map(({ open, ...row }) => ({
    ...{ ...row, kind: 'order' as const, target: null },
    needsPerson: open === 1,
  }));
  return { ...page, items };
}

async function runningDeployments({ db }: StoreContext, request: RunningRequest): Promise<Page<RunningRecord>> {
  const { certificate } = request;
  const query = db
    .selectFrom('deployment')
    .innerJoin('assignment', 'assignment.id', 'deployment.assignment_id')
    .innerJoin('certificate', 'certificate.id', 'assignment.certificate_id')
    .innerJoin('target', 'target.id', 'assignment.target_id')
    .select(['deployment.id', 'certificate.name as certificate', 'target.name as target', 'deployment.status as step'])
    .select(['deployment.created_at as startedAt', 'deployment.updated_at as stepSince', 'deployment.error as reason'])
    .where(sql<boolean>`${runningDeployment}`)
    .$if(certificate !== undefined, found => found.where('certificate.name', '=', certificate ?? ''));
  const page = await fetchPage(query, request, { key: byAge('deployment.id'), id: 'deployment.id' }, ({ id }) => [
    id,
    id,
  ]);
  const items = page.items.map(row => ({
    ...{ ...row, kind: 'deployment' as const, account: null },
    ...{ waitsUntil: null, needsPerson: false },
  }));
  return { ...page, items };
}
