import { type Certificate, operations, type RevocationReason } from '@certfleet/contract';
import { Checkbox, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { readServed } from './assignments.js';
import { ReasonSelect } from './reason-select.js';
import { whereServed } from './served.js';

const { certificate: ops } = operations;

interface RevokeDialogProps {
  certificate: Certificate;
  version: number;
  reason?: RevocationReason;
  onClose: () => void;
}

/** Says where a version is served, and has its CA revoke it. */
export function RevokeDialog({ certificate, version, reason: first = 'unspecified', onClose }: RevokeDialogProps) {
  const { name } = certificate;
  const [reason, setReason] = useState<RevocationReason>(first);
  const [replaceFirst, setReplaceFirst] = useState(true);
  const { data, error, isFetching, refetch } = useQuery(readServed(name));
  const isCurrent = certificate.version?.number === version;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Revoke version ${version} of ${name}?`}
      verb="Revoke"
      operation={ops.revoke}
      input={{ params: { name }, body: { version, reason, replaceFirst } }}
      nameToType={name}
      onDone={({ revokedAt }) =>
        tellDone(revokedAt === null ? 'It is revoked as soon as it is replaced.' : `Version ${version} is revoked.`)
      }
    >
      <Stack gap="sm">
        <Text>
          The CA declares it invalid for good, for every client that looks, and its key is never certified again. This
          can’t be undone.
        </Text>
        {error ? (
          <ProblemAlert error={error} retry={refetch} />
        ) : (
          <Text>{isFetching || !data ? 'Where it is served is being read …' : whereServed(version, data)}</Text>
        )}
        <ReasonSelect value={reason} onChange={setReason} />
        {isCurrent && (
          <Checkbox
            label="Replace it first, wherever it is served"
            description="Without it clients are refused as soon as they learn of the revocation."
            checked={replaceFirst}
            onChange={event => setReplaceFirst(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Confirm>
  );
}
