import { operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Loading } from '../../parts/loading.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { Budgets } from './budgets.js';
import { Counts } from './counts.js';
import { FirstSteps } from './first-steps.js';
import { Now } from './now.js';
import { Paused } from './paused.js';
import { Problems } from './problems.js';

/** With its drawing library it is as large as all else here: it comes when the figures are there. */
const Weeks = lazy(() => import('./weeks.js'));

/**
 * In milliseconds. What time alone changes has no event; and with very many certificates the figures that are read at an
 * event may be some seconds older than it.
 */
const again = 10_000;

export function OverviewPage() {
  const { data, error, refetch } = useQuery({
    ...read(operations.system.overview, {}),
    refetchInterval: again,
  });
  if (!data) {
    return (
      <Page title="Overview">
        {error ? <ProblemAlert error={error} retry={refetch} /> : <Loading what="how everything does" />}
      </Page>
    );
  }
  return (
    <Page title="Overview">
      {error && <ProblemAlert error={error} retry={refetch} />}
      {data.paused && <Paused paused={data.paused} />}
      {data.certificates.total === 0 ? <FirstSteps /> : <Counts overview={data} />}
      {data.certificates.total > 0 && <Problems problems={data.problems} />}
      <Now />
      {data.certificates.total > 0 && (
        <Suspense fallback={<Loading what="the coming weeks" />}>
          <Weeks days={data.days} />
        </Suspense>
      )}
      {data.accounts.length > 0 && <Budgets accounts={data.accounts} />}
    </Page>
  );
}
