import { operations } from '@certfleet/contract';
import { Button, Group, Text } from '@mantine/core';
import { ActionButton } from '../../parts/action.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import type { BulkAction } from './bulk.js';
import { mostChosen, type useChosen } from './chosen.js';
import type { CertificateFilter } from './filter.js';

const { certificate } = operations;

interface BulkBarProps {
  chosen: ReturnType<typeof useChosen>;
  filter: CertificateFilter;
  begin: (action: BulkAction) => void;
}

/** How many are chosen, and what can be done with all of them. */
export function BulkBar({ chosen, filter, begin }: BulkBarProps) {
  const { certificates, reading, isCut, error } = chosen;
  const count = certificates.size;
  return (
    <>
      <Group gap="xs" role="toolbar" aria-label="With the chosen certificates">
        <Text size="sm" role="status" miw="6rem">
          {reading === null ? `${count.toLocaleString()} chosen` : `Reading: ${reading.toLocaleString()}…`}
        </Text>
        <Button size="xs" variant="default" loading={reading !== null} onClick={() => chosen.chooseAll(filter)}>
          Choose all that match
        </Button>
        {count > 0 && (
          <>
            <Button size="xs" variant="subtle" onClick={chosen.clear}>
              Choose none
            </Button>
            <ActionButton size="xs" variant="light" operation={certificate.renew} onClick={() => begin('renew')}>
              Renew…
            </ActionButton>
            <ActionButton size="xs" variant="light" operation={certificate.assign} onClick={() => begin('assign')}>
              Assign…
            </ActionButton>
            <ActionButton size="xs" variant="light" operation={certificate.export} onClick={() => begin('export')}>
              Export…
            </ActionButton>
            <ActionButton
              size="xs"
              variant="light"
              color="red"
              operation={certificate.revoke}
              onClick={() => begin('revoke')}
            >
              Revoke…
            </ActionButton>
            <ActionButton
              size="xs"
              variant="light"
              color="red"
              operation={certificate.delete}
              onClick={() => begin('delete')}
            >
              Delete…
            </ActionButton>
          </>
        )}
      </Group>
      {isCut && (
        <Text size="sm">
          More match than can be chosen at once: these are the first {mostChosen.toLocaleString()}, as the table is
          sorted.
        </Text>
      )}
      {error && <ProblemAlert error={error} retry={() => chosen.chooseAll(filter)} />}
    </>
  );
}
