import { type Assignment, type Certificate, operations, type Served } from '@certfleet/contract';
import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Few } from '../../parts/few.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { servedNow, servedThere } from './served.js';
import { TargetSelect } from './target-select.js';

const { certificate: ops } = operations;

interface AssignmentsProps {
  certificate: Certificate;
  assignments: readonly Assignment[];
}

/** Where it should be served, and what a handshake reads there now. */
export function Assignments({ certificate: { name, version }, assignments }: AssignmentsProps) {
  const [isAssigning, setAssigning] = useState(false);
  const [leaving, setLeaving] = useState<string | null>(null);
  // Each time that the page is opened, and with every event of the certificate: what was read is old at once.
  const look = useQuery({ ...read(ops.served, { params: { name } }), refetchOnMount: 'always' });
  const seen = new Map(look.data?.items.map(item => [item.target, item]));
  return (
    <Section
      title="Where it should be, and is"
      about="What is served is read by a handshake, as clients do it, now."
      actions={
        <>
          {assignments.length > 0 && (
            <Button variant="default" size="xs" loading={look.isFetching} onClick={() => look.refetch()}>
              Look again
            </Button>
          )}
          <ActionButton operation={ops.assign} variant="default" size="xs" onClick={() => setAssigning(true)}>
            Assign…
          </ActionButton>
        </>
      }
    >
      {look.error && <ProblemAlert error={look.error} retry={look.refetch} />}
      <Few
        label="Assignments"
        rows={assignments}
        columns={[
          {
            title: 'Target',
            cell: ({ target, isDefault }) => (
              <>
                {target}
                {isDefault && (
                  <Text span c="dimmed">
                    {' (default)'}
                  </Text>
                )}
              </>
            ),
          },
          {
            title: 'Should be',
            cell: () =>
              version ? (
                <>
                  version {version.number} <code>{shortened(version.serial)}</code>
                </>
              ) : (
                'not issued yet'
              ),
          },
          {
            title: 'Is served now',
            cell: ({ target }) => <ServedNow seen={seen.get(target)} />,
          },
          {
            title: 'Deployment',
            cell: assignment => {
              const { standing, word, text } = servedThere(assignment, version);
              return (
                <>
                  <Mark standing={standing}>{word}</Mark> <Text size="sm">{text}</Text>
                </>
              );
            },
          },
          {
            title: 'Actions',
            cell: ({ target }) => (
              <ActionButton
                operation={ops.unassign}
                size="compact-xs"
                variant="subtle"
                color="red"
                onClick={() => setLeaving(target)}
              >
                Unassign…
              </ActionButton>
            ),
          },
        ]}
        keyOf={({ id }) => id}
        empty="It is assigned to nothing: it is kept valid here, and can be exported."
      />
      {isAssigning && (
        <AssignDialog
          name={name}
          without={assignments.map(({ target }) => target)}
          onClose={() => setAssigning(false)}
        />
      )}
      {leaving !== null && (
        <Confirm
          opened
          onClose={() => setLeaving(null)}
          title={`Take ${name} from ${leaving}?`}
          verb="Unassign"
          operation={ops.unassign}
          input={{ params: { name, target: leaving } }}
          onDone={() => tellDone(`${name} was taken from ${leaving}.`)}
        >
          Clients of {leaving} that ask for its names are answered with another certificate from then on, which does not
          match them unless one has the same names. The certificate itself stays here.
        </Confirm>
      )}
    </Section>
  );
}

/** What was read there just now; nothing while it is being read for the first time. */
function ServedNow({ seen }: { seen: Served | undefined }) {
  if (seen === undefined) return 'being read …';
  const { standing, word, text } = servedNow(seen);
  return (
    <>
      <Mark standing={standing}>{word}</Mark>{' '}
      <Text size="sm">
        {seen.served && <code>{shortened(seen.served.serial)}</code>} {text} <Moment at={seen.at} as="distance" />
      </Text>
    </>
  );
}

function shortened(serial: string): string {
  return serial.length > 12 ? `…${serial.slice(-8)}` : serial;
}

function AssignDialog({ name, without, onClose }: { name: string; without: readonly string[]; onClose: () => void }) {
  const { form, submit, isPending, error } = useOperationForm({
    operation: ops.assign,
    initial: { target: null as string | null, isDefault: false },
    input: ({ target, isDefault }) => ({ params: { name }, body: { target: target ?? '', isDefault } }),
    onDone: () => {
      tellDone('Assigned: it is brought there now.');
      onClose();
    },
  });
  const { target, isDefault } = form.getValues();
  return (
    <Modal opened onClose={onClose} title={`Assign ${name} to a target`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack component="form" onSubmit={submit}>
        <TargetSelect value={target} without={without} onChange={chosen => form.setFieldValue('target', chosen)} />
        <Checkbox
          label="Also for clients that ask for a name that no certificate has (default)"
          checked={isDefault}
          onChange={event => form.setFieldValue('isDefault', event.currentTarget.checked)}
        />
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" disabled={target === null} loading={isPending}>
            Assign
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
