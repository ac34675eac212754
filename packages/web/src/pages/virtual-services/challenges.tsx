import type { VirtualService } from '@certfleet/contract';
import { Alert, Text } from '@mantine/core';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';

/** What a LoadMaster shows as a sub virtual service that comes and goes. Nothing, while no order needs it. */
export function Challenges({ service: { challenges } }: { service: VirtualService }) {
  if (challenges.length === 0) return null;
  return (
    <Alert color="blue" title="A temporary sub virtual service answers a challenge">
      <Text size="sm" mb="xs">
        A certificate authority looks for proof of a name here. HAProxy answers it by itself, so no real server sees it;
        it is gone when the order is through, and can be neither changed nor deleted.
      </Text>
      <Few
        label="Temporary sub virtual services"
        rows={challenges}
        columns={[
          { title: 'Index', cell: ({ index }) => index },
          { title: 'For', cell: ({ identifier }) => identifier },
          {
            title: 'Certificate',
            cell: ({ certificate }) => (
              <Go to="/certificates/$name" params={{ name: certificate }}>
                {certificate}
              </Go>
            ),
          },
          { title: 'Since', cell: ({ since }) => <Moment at={since} as="distance" /> },
          { title: 'Answers', cell: ({ path }) => <code>{path}</code> },
        ]}
        keyOf={({ index }) => String(index)}
        empty={null}
      />
    </Alert>
  );
}
