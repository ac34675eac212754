import { operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { draftOf, emptyDraft } from './draft.js';
import { ProgressPage } from './progress-page.js';
import { Wizard } from './wizard.js';

const route = getRouteApi('/inside/request');

/** Asks for a certificate, shows how that goes on, and mends what failed. */
export function RequestPage() {
  const { certificate: name, step, since } = route.useSearch();
  if (name === undefined) return <Wizard key="new" mended={null} initial={emptyDraft} />;
  if (step === undefined) return <ProgressPage key={name} name={name} since={since ?? 0} />;
  return <Mending key={name} name={name} />;
}

function Mending({ name }: { name: string }) {
  const certificate = useQuery(read(operations.certificate.show, { params: { name } }));
  return (
    <Shown of={certificate} what={name} title={name}>
      {data => <Wizard mended={data} initial={draftOf(data)} />}
    </Shown>
  );
}
