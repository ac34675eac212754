import type { VirtualService, VirtualServiceStatistics } from '@certfleet/contract';
import { Section } from '../../../parts/page.js';
import { healthWords } from '../../../parts/status.js';
import { useServedCertificates } from '../served-certificates.js';
import { graphOf } from './graph.js';
import { Picture, PictureAsList } from './picture.js';

/** How requests go: from the names, through the virtual service, to the real servers. */
export function ServicePicture({
  service,
  statistics,
}: {
  service: VirtualService;
  statistics: VirtualServiceStatistics | undefined;
}) {
  const certificates = useServedCertificates(service.certificates);
  const names = certificates.flatMap(({ data }) =>
    data
      ? data.identifiers.map(({ value }) => ({
          name: value,
          certificate: data.name,
          standing: healthWords[data.health].standing,
        }))
      : [],
  );
  const graph = graphOf(service, statistics, names);
  const index = String(service.index);
  return (
    <Section title="How requests go">
      <Picture graph={graph} index={index} />
      <PictureAsList graph={graph} index={index} />
    </Section>
  );
}
