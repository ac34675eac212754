import { operations } from '@certfleet/contract';
import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

/** The names of certificates that nobody can prove as things are, before an order fails for it. */
export function Unprovable() {
  const { data, error, refetch } = useQuery({
    ...read(operations.domain.unprovable, {}),
    // With very many certificates the server keeps its answer for as long.
    refetchInterval: 60_000,
  });
  // What was read stays, also where it can't be read again: the next time may mend that.
  if (!data) return error && <ProblemAlert error={error} retry={refetch} />;
  if (data.total === 0) {
    return data.examined === 0 ? null : (
      <Text size="sm" role="status">
        Each of the {data.examined.toLocaleString('en')} names of all certificates can be proven as things are
        configured.
      </Text>
    );
  }
  return (
    <Alert
      color="red"
      title={`${data.total.toLocaleString('en')} name${data.total === 1 ? '' : 's'} that nobody can prove`}
    >
      <Few
        label="Names that nobody can prove"
        rows={data.items}
        columns={[
          { title: 'Name', cell: ({ identifier }) => identifier },
          {
            title: 'Certificate',
            cell: ({ certificate }) => (
              <Go to="/certificates/$name" params={{ name: certificate }} c="inherit" underline="always">
                {certificate}
              </Go>
            ),
          },
          { title: 'Why', cell: ({ reason }) => reason },
        ]}
        keyOf={({ identifier, certificate }) => `${identifier} ${certificate}`}
        empty=""
      />
      {data.total > data.items.length && (
        <Text size="sm" mt="xs">
          And {(data.total - data.items.length).toLocaleString('en')} more.
        </Text>
      )}
    </Alert>
  );
}
