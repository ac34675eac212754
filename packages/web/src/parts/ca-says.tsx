import type { Certificate } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { troublesOf } from './ca-troubles.js';
import { Few } from './few.js';

/** What the last attempt failed for: what the CA says of each name, or else what came in between. */
export function CaSays({ certificate }: { certificate: Pick<Certificate, 'lastError'> }) {
  const troubles = troublesOf(certificate);
  if (troubles.length === 0) {
    return (
      <Text size="sm" className="breaks lines">
        {certificate.lastError?.message}
      </Text>
    );
  }
  return (
    <Few
      label="What the CA says of each name"
      rows={troubles}
      columns={[
        {
          title: 'Name',
          cell: ({ name }) => (
            <Text size="sm" miw={160} className="breaks">
              {name ?? 'the order'}
            </Text>
          ),
        },
        {
          title: "In the CA's words",
          cell: ({ type, detail }) => (
            <>
              {detail} (<code>{type}</code>)
            </>
          ),
        },
        { title: 'What to do', cell: ({ remedy }) => remedy },
      ]}
      keyOf={({ name, type, detail }) => `${name} ${type} ${detail}`}
      empty={null}
    />
  );
}
