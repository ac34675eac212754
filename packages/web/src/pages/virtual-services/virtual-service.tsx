import { operations, type VirtualService, type VirtualServiceStatistics } from '@certfleet/contract';
import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { NotFound } from '../../layout/failures.js';
import { Facts } from '../../parts/facts.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import { PageProblem } from '../../parts/page-problem.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { Challenges } from './challenges.js';
import { bytesInShort, inShort, rateInShort, type Sample } from './history.js';
import { ServicePicture } from './picture/service-picture.js';
import { RealServers } from './real-servers.js';
import { ServiceActions } from './service-actions.js';
import { ServiceCertificates } from './service-certificates.js';
import { Sparkline } from './sparkline.js';
import { StateMark } from './states.js';
import { useStatistics } from './statistics.js';
import { SubServices } from './sub-services.js';
import {
  healthCheckInWords,
  persistenceInWords,
  place,
  schedulings,
  titleOf,
  types,
  unavailableInWords,
} from './words.js';

const route = getRouteApi('/inside/virtual-services/$id');

/** Challenges come and go without an event of the virtual service: it is read every so many milliseconds. */
const interval = 4_000;

export function VirtualServicePage() {
  const { id } = route.useParams();
  return /^[1-9]\d{0,9}$/.test(id) ? <ServicePage index={Number(id)} /> : <NotFound />;
}

function ServicePage({ index }: { index: number }) {
  const {
    data: service,
    error,
    refetch,
  } = useQuery({ ...read(operations.virtualService.show, { params: { index } }), refetchInterval: interval });
  if (error && !service) return <PageProblem title={`Virtual service ${index}`} error={error} retry={refetch} />;
  if (!service) return <Loading what={`virtual service ${index}`} />;
  // The index was that of a sub virtual service or a challenge of it.
  if (service.index !== index) {
    return <Navigate to="/virtual-services/$id" params={{ id: String(service.index) }} hash={`sub-${index}`} replace />;
  }
  return <Service service={service} />;
}

function Service({ service }: { service: VirtualService }) {
  const { byIndex, history, error } = useStatistics(service.index);
  const statistics = byIndex.get(service.index);
  const hasParts = service.subVirtualServices.length > 0;
  return (
    <Page
      title={titleOf(service)}
      badge={<StateMark state={statistics?.state} />}
      actions={<ServiceActions service={service} />}
    >
      {error && <ProblemAlert error={error} />}
      <Challenges service={service} />
      <About service={service} statistics={statistics} samples={history.get(service.index) ?? []} />
      <ServicePicture service={service} statistics={statistics} />
      {service.type === 'https' && <ServiceCertificates service={service} />}
      {service.type !== 'redirect' && (!hasParts || service.realServers.length > 0) && (
        <div id="real-servers">
          <Section
            title="Real servers"
            about={
              hasParts
                ? 'Its own real servers get what none of its sub virtual services takes.'
                : 'They get its requests, unless it has sub virtual services that take them.'
            }
          >
            <RealServers pool={service} statistics={statistics?.realServers} />
          </Section>
        </div>
      )}
      {service.type !== 'redirect' && <SubServices service={service} statistics={statistics?.subVirtualServices} />}
      <Go to="/events" search={{ subject: `virtual-service:${service.index}` }}>
        What happened to it
      </Go>
    </Page>
  );
}

function About({
  service,
  statistics,
  samples,
}: {
  service: VirtualService;
  statistics: VirtualServiceStatistics | undefined;
  samples: readonly Sample[];
}) {
  const { type, redirectPort, http2, unavailable } = service;
  const hasOwnPool = type !== 'redirect' && service.subVirtualServices.length === 0;
  return (
    <Facts
      label="About the virtual service"
      facts={[
        ['Address', place(service)],
        ['Type', types[type]],
        redirectPort === null
          ? null
          : ['Redirects to', `port ${redirectPort} of the same host, with ${unavailable?.status ?? 301}`],
        http2 === null ? null : ['HTTP/2', http2 ? 'offered beside HTTP/1.1' : 'not offered'],
        hasOwnPool ? ['Scheduling', schedulings[service.scheduling]] : null,
        hasOwnPool ? ['Persistence', persistenceInWords(service.persistence)] : null,
        hasOwnPool ? ['Health check', healthCheckInWords(service.healthCheck)] : null,
        hasOwnPool ? ['Minimum up', `${service.minimumServers} (with fewer it counts as down)`] : null,
        type === 'redirect' ? null : ['Unavailable', unavailableInWords(unavailable, 'service')],
        statistics === undefined
          ? null
          : ['Traffic', <Traffic key="traffic" statistics={statistics} samples={samples} />],
        ['Created', <Moment key="created" at={service.createdAt} />],
      ]}
    />
  );
}

function Traffic({
  statistics: { traffic },
  samples,
}: {
  statistics: VirtualServiceStatistics;
  samples: readonly Sample[];
}) {
  const { currentSessions: open, requests, bytesIn, bytesOut } = traffic;
  const failed = traffic.responses5xx > 0 ? `, ${inShort(traffic.responses5xx)} answered with 5xx` : '';
  return (
    <Group gap="xs">
      {samples.length > 2 && <Sparkline samples={samples} />}
      <span>
        {rateInShort(samples)}, {inShort(open)} {open === 1 ? 'connection' : 'connections'} open; {inShort(requests)}{' '}
        requests in all{failed}; {bytesInShort(bytesIn)} received, {bytesInShort(bytesOut)} sent
      </span>
    </Group>
  );
}
