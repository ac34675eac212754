import type { VirtualService } from '@certfleet/contract';
import { Go } from '../../parts/go.js';
import { ownTarget } from '../ssl-certificates/assigned.js';

/** Leads to the certificates of a virtual service of which only the first are told. */
export function AllCertificates({ service: { index, certificates } }: { service: VirtualService }) {
  return (
    <Go to="/certificates" search={{ target: ownTarget(index) }}>
      All its {certificates.length.toLocaleString('en')} certificates
    </Go>
  );
}
