import { operations } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FirstNames } from '../../parts/first-names.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';

/** The certificates with names that a domain decides on, before it is unbound. */
export function ProvenCertificates({ pattern }: { pattern: string }) {
  const certificates = useQuery(read(operations.certificate.list, { query: { domain: pattern, limit: 100 } }));
  return (
    <Shown of={certificates} what="which certificates have names that it decides on">
      {({ items, nextCursor }) =>
        items.length === 0 ? (
          <Text size="sm">No certificate has a name that it decides on.</Text>
        ) : (
          <div>
            <Text size="sm">
              From their next orders on, names of{' '}
              {nextCursor === null && items.length === 1
                ? '1 certificate'
                : `${nextCursor === null ? '' : 'more than '}${items.length} certificates`}{' '}
              are proven by the next suffix that fits, or by their policy's default. Where there is neither, these
              orders fail:
            </Text>
            <FirstNames names={items.map(({ name }) => name)} isMore={nextCursor !== null} />
          </div>
        )
      }
    </Shown>
  );
}
