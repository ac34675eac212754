import { type Certificate, operations } from '@certfleet/contract';
import { useMemo, useRef, useState } from 'react';
import { api } from '../../api.js';
import type { CertificateFilter } from './filter.js';

/** So many can be chosen at once. */
export const mostChosen = 10_000;

interface Chosen {
  /** By name, as they were when they were chosen. */
  certificates: ReadonlyMap<string, Certificate>;
  toggle: (certificate: Certificate) => void;
  clear: () => void;
  /** Reads and chooses what matches a filter, the first {@link mostChosen}. */
  chooseAll: (filter: CertificateFilter) => Promise<void>;
  /** How many were read so far; null: nothing is being read. */
  reading: number | null;
  /** Whether there are more than could be chosen. */
  isCut: boolean;
  error: Error | null;
}

/** The certificates that were chosen for something that is done to many. */
export function useChosen(): Chosen {
  const [certificates, setCertificates] = useState<ReadonlyMap<string, Certificate>>(new Map());
  const [reading, setReading] = useState<number | null>(null);
  const [isCut, setCut] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  /** Grows with each choice, so that a reading that was overtaken chooses nothing. */
  const turn = useRef(0);
  const actions = useMemo(() => {
    const begin = () => {
      turn.current += 1;
      setReading(null);
      setError(null);
      setCut(false);
      return turn.current;
    };
    return {
      toggle(certificate: Certificate) {
        begin();
        setCertificates(present => {
          const next = new Map(present);
          if (!next.delete(certificate.name)) next.set(certificate.name, certificate);
          return next;
        });
      },
      clear() {
        begin();
        setCertificates(new Map());
      },
      async chooseAll(filter: CertificateFilter) {
        const mine = begin();
        const found = new Map<string, Certificate>();
        let cursor: string | null | undefined;
        setReading(0);
        try {
          do {
            const query = { ...filter, limit: 1000, ...(cursor ? { cursor } : {}) };
            const page = await api.call(operations.certificate.list, { query });
            if (turn.current !== mine) return;
            for (const certificate of page.items) found.set(certificate.name, certificate);
            cursor = page.nextCursor;
            setReading(found.size);
          } while (cursor !== null && found.size < mostChosen);
          setCertificates(found);
          setCut(cursor !== null);
        } catch (reason) {
          setError(reason instanceof Error ? reason : new Error(String(reason)));
        } finally {
          if (turn.current === mine) setReading(null);
        }
      },
    };
  }, []);
  return { certificates, reading, isCut, error, ...actions };
}
