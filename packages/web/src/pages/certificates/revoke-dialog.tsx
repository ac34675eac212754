import { type Certificate, operations, type RevocationReason } from '@certfleet/contract';
import { Checkbox, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { read } from '../../query.js';
import { ReasonSelect } from './reason-select.js';

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
  const { data } = useQuery(read(ops.assignments, { params: { name }, query: { limit: 1000 } }));
  const serving = data?.items.filter(({ deployment }) => deployment?.version === version).map(({ target }) => target);
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
        <Text>{servedText(serving)}</Text>
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

function servedText(serving: readonly string[] | undefined): string {
  if (serving === undefined) return 'Reading where it is served…';
  return serving.length === 0 ? 'It is served nowhere.' : `It is served on ${serving.join(', ')}.`;
}
