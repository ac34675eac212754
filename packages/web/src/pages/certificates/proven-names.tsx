import { type Certificate, type NameProof, operations } from '@certfleet/contract';
import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

/** So many names are shown at first: what else there is to know of the certificate stays in sight. */
const atFirst = 10;

/** The names, with what proves each at the next order, and why that does. */
export function Names({ certificate: { name, identifiers, source } }: { certificate: Certificate }) {
  const [isWhole, setWhole] = useState(identifiers.length <= atFirst + 2);
  const isImported = source === 'imported';
  const { data, error, refetch } = useQuery({
    ...read(operations.certificate.proofs, { params: { name } }),
    enabled: !isImported,
    // Domains and policies decide as well, whose changes are no events of the certificate.
    refetchOnMount: 'always',
  });
  const proofs = new Map(data?.items.map(proof => [proof.identifier, proof]));
  const proven = [
    { title: 'Proven by', cell: ({ value }: { value: string }) => <Solver proof={proofs.get(value)} /> },
    { title: 'Why', cell: ({ value }: { value: string }) => <Why proof={proofs.get(value)} /> },
  ];
  return (
    <Section
      title={identifiers.length === 1 ? 'Name' : `${identifiers.length} names`}
      {...(isImported ? { about: 'Whoever had the certificate issued has proven them.' } : {})}
    >
      {error && <ProblemAlert error={error} retry={refetch} />}
      <Few
        label="Names and what proves them"
        rows={isWhole ? identifiers : identifiers.slice(0, atFirst)}
        columns={[{ title: 'Name', cell: ({ value }) => value }, ...(isImported ? [] : proven)]}
        keyOf={({ value }) => value}
        empty="It has no names."
      />
      {!isWhole && (
        <Button variant="default" size="xs" w="fit-content" onClick={() => setWhole(true)}>
          Show all {identifiers.length} names
        </Button>
      )}
    </Section>
  );
}

function Solver({ proof }: { proof: NameProof | undefined }) {
  if (proof === undefined) return '…';
  if (proof.solver === null) return <Mark standing="bad">nobody</Mark>;
  return (
    <>
      <Go to="/solvers/$name" params={{ name: proof.solver }} underline="always">
        {proof.solver}
      </Go>
      , {proof.challengeType}
    </>
  );
}

/** Which rule has chosen what proves a name; why nobody does. */
export function Why({ proof }: { proof: NameProof | undefined }) {
  if (proof === undefined) return null;
  const { rule, pattern, reason } = proof;
  const words = {
    certificate: 'set for this name',
    domain: `the domain ${pattern}`,
    suffix: `the domain ${pattern}`,
    policy: "the policy's default",
  };
  return rule === null ? (
    reason
  ) : (
    <Text span inherit c="dimmed">
      {words[rule]}
    </Text>
  );
}
