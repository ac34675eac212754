import { type Certificate, type NameProof, operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { Dialog } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { Why } from '../certificates/proven-names.js';

interface ChallengeServicesProps {
  opened: boolean;
  onClose: () => void;
  certificate: Certificate;
}

/** By which virtual service, or other solver, each name of a certificate is proven at its next order, and why. */
export function ChallengeServices({ opened, onClose, certificate: { name } }: ChallengeServicesProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`HTTP challenge VSs of ${name}`} size="lg">
      {() => <Proofs name={name} />}
    </Dialog>
  );
}

function Proofs({ name }: { name: string }) {
  const proofs = useQuery({
    ...read(operations.certificate.proofs, { params: { name } }),
    // Domains and policies decide as well, whose changes are no events of the certificate.
    refetchOnMount: 'always',
  });
  return (
    <Shown of={proofs}>
      {({ items }) => (
        <Few
          label="How each name is proven"
          rows={items}
          columns={[
            { title: 'Name', cell: ({ identifier }) => identifier },
            { title: 'Proven by', cell: proof => <Prover proof={proof} /> },
          ]}
          keyOf={({ identifier }) => identifier}
          empty="It has no names."
        />
      )}
    </Shown>
  );
}

function Prover({ proof }: { proof: NameProof }) {
  const { solver } = proof;
  if (solver === null) return proof.reason;
  return (
    <>
      <Solver name={solver} /> (<Why proof={proof} />)
    </>
  );
}

function Solver({ name }: { name: string }) {
  const index = /^vs-(\d+)$/.exec(name)?.[1];
  if (index === undefined) {
    return (
      <Go to="/solvers/$name" params={{ name }}>
        {name}
      </Go>
    );
  }
  return (
    <Go to="/virtual-services/$id" params={{ id: index }}>
      Virtual service {index}
    </Go>
  );
}
