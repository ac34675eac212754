import { type Certificate, operations } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { Section } from '../../parts/page.js';
import { read } from '../../query.js';

/** The names, and what proves each. */
export function Names({ certificate: { name, identifiers, source, issuance } }: { certificate: Certificate }) {
  const running = useQuery({
    ...read(operations.certificate.challenges, { params: { name } }),
    enabled: issuance !== null,
  });
  const challengeOf = (value: string) =>
    running.data?.challenges.find(({ identifier }) => identifier === value.replace(/^\*\./, ''));
  return (
    <Section title={identifiers.length === 1 ? 'Name' : `${identifiers.length} names`}>
      <Few
        label="Names and what proves them"
        rows={identifiers}
        columns={[
          { title: 'Name', cell: ({ value }) => value },
          {
            title: 'Proven by',
            cell: ({ value, solver }) => {
              if (source === 'imported') return 'whoever had it issued';
              const challenge = challengeOf(value);
              if (challenge) return `${challenge.solver}, ${challenge.type}`;
              return (
                solver ?? (
                  <Text span inherit c="dimmed">
                    its domain’s solver, else the policy’s
                  </Text>
                )
              );
            },
          },
        ]}
        keyOf={({ value }) => value}
        empty="It has no names."
      />
    </Section>
  );
}
