import { operations, type Progress } from '@certfleet/contract';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { read } from '../query.js';
import { useProgress } from './live-context.js';

/**
 * What was said last of a certificate's order since this was shown, and each time the certificate and its assignments are
 * read again: what is said is passing, how it stands is what was stored.
 */
export function useCertificateProgress(name: string): Progress | undefined {
  const client = useQueryClient();
  const progress = useProgress(`certificate:${name}`);
  const [before] = useState(progress);
  const said = progress === before ? undefined : progress;
  useEffect(() => {
    if (!said) return;
    for (const operation of [operations.certificate.show, operations.certificate.assignments]) {
      client.invalidateQueries({ queryKey: read(operation, { params: { name } }).queryKey });
    }
  }, [client, name, said]);
  return said;
}
