import { operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Loading } from '../../parts/loading.js';
import { Mark } from '../../parts/mark.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { readHealth } from '../settings/health.js';
import { Counts } from './counts.js';
import { Now } from './now.js';
import { Problems } from './problems.js';
import { inAWord } from './troubles.js';

/** They come when the figures are there: with its drawing library that of the weeks is as large as all else here. */
const Paused = lazy(() => import('../../parts/paused.js'));
const Weeks = lazy(() => import('./weeks.js'));
const Budgets = lazy(() => import('./budgets.js'));
const FirstSteps = lazy(() => import('./first-steps.js'));

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
  const { data: health } = useQuery(readHealth({ every: again }));
  if (!data) {
    return (
      <Page title="Overview">
        {error ? <ProblemAlert error={error} retry={refetch} /> : <Loading what="how everything does" />}
      </Page>
    );
  }
  const state = inAWord(data, health);
  return (
    <Page title="Overview" badge={state && <Mark standing={state.standing}>{state.word}</Mark>}>
      {error && <ProblemAlert error={error} retry={refetch} />}
      {data.paused && (
        <Suspense fallback={<Loading what="why it is paused" />}>
          <Paused paused={data.paused} />
        </Suspense>
      )}
      {data.certificates.total === 0 ? (
        <Suspense fallback={<Loading what="the first steps" />}>
          <FirstSteps />
        </Suspense>
      ) : (
        <Counts overview={data} health={health} />
      )}
      {data.certificates.total > 0 && <Problems problems={data.problems} />}
      <Now>
        {data.certificates.total > 0 && (
          <Suspense fallback={<Loading what="the coming weeks" />}>
            <Weeks days={data.days} />
          </Suspense>
        )}
      </Now>
      {data.accounts.length > 0 && (
        <Suspense fallback={<Loading what="what is left of the CAs' limits" />}>
          <Budgets accounts={data.accounts} />
        </Suspense>
      )}
    </Page>
  );
}
