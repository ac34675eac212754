import { type Certificate, operations } from '@certfleet/contract';
import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { read } from '../../query.js';

/** So many certificates of a virtual service are read and shown with all that is known of them. */
export const shownCertificates = 50;

/** The first of a virtual service's certificates. */
export function useServedCertificates(names: readonly string[]): UseQueryResult<Certificate>[] {
  return useQueries({
    queries: names.slice(0, shownCertificates).map(name => read(operations.certificate.show, { params: { name } })),
  });
}
