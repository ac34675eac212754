import { operations } from '@certfleet/contract';
import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { tellDone } from '../../parts/done.js';
import { Few } from '../../parts/few.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

const { certificate: ops } = operations;

/** What people have to present before an order goes on. */
export function ManualChallenges({ name }: { name: string }) {
  const { data, error } = useQuery(read(ops.challenges, { params: { name } }));
  const verify = useCall(ops.verify, {
    onDone: ({ goesOn }) => tellDone(goesOn ? 'All is there: the CA is told to look.' : 'Not everything is there yet.'),
  });
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  return (
    <>
      <Few
        label="To be presented by hand"
        rows={data.challenges.filter(({ byPerson }) => byPerson)}
        columns={[
          { title: 'Name', cell: ({ identifier }) => identifier },
          { title: 'Where', cell: ({ http, dns }) => http?.url ?? (dns ? `TXT record ${dns.name}` : '–') },
          { title: 'What', cell: ({ http, dns }) => <code>{http?.content ?? dns?.value}</code> },
          { title: 'Found', cell: ({ sighting }) => sighting?.message ?? 'nobody has looked yet' },
        ]}
        keyOf={({ identifier, type, http, dns }) => `${identifier} ${type} ${http?.file ?? dns?.value}`}
        empty="Nothing is to be presented any more."
      />
      <Group>
        <ActionButton
          operation={ops.verify}
          loading={verify.isPending}
          onClick={() => verify.mutate({ params: { name }, body: {} })}
        >
          Verify
        </ActionButton>
      </Group>
      {verify.error && <ProblemAlert error={verify.error} />}
    </>
  );
}
