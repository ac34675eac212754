import type { Certificate } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { Dialog } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';

interface ChallengeServicesProps {
  opened: boolean;
  onClose: () => void;
  certificate: Certificate;
}

/** By which virtual service, or other solver, each name of a certificate is proven. */
export function ChallengeServices({ opened, onClose, certificate: { name, identifiers } }: ChallengeServicesProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`HTTP challenge VSs of ${name}`} size="lg">
      {() => (
        <>
          <Few
            label="How each name is proven"
            rows={identifiers}
            columns={[
              { title: 'Name', cell: ({ value }) => value },
              { title: 'Proven by', cell: ({ solver }) => <Solver solver={solver} /> },
            ]}
            keyOf={({ value }) => value}
            empty="It has no names."
          />
          <Text size="sm" c="dimmed" mt="sm">
            A name without a solver of its own is proven by that of its domain, or of the certificate's policy.
          </Text>
        </>
      )}
    </Dialog>
  );
}

function Solver({ solver }: { solver: string | null }) {
  if (solver === null) return 'its domain or policy decides';
  const index = /^vs-(\d+)$/.exec(solver)?.[1];
  if (index === undefined) return solver;
  return (
    <Go to="/virtual-services/$id" params={{ id: index }}>
      Virtual service {index}
    </Go>
  );
}
