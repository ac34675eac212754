import { type Certificate, operations, type Served, type ServicePlace } from '@certfleet/contract';
import { Button, Checkbox, Group, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { FormDialog } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { FormerDefault } from '../../parts/former-default.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { MakeDefault } from '../../parts/make-default.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { Unassign } from '../../parts/unassign.js';
import { read, readOutside } from '../../query.js';
import { place } from '../virtual-services/words.js';
import { servedNow, servedThere } from './served.js';
import { TargetSelect } from './target-select.js';

const { certificate: ops } = operations;

/** So many targets are in sight at once: as many as one look takes, since each of them is a handshake. */
const inSight = 100;

/** Where certificates are assigned: those after `cursor`, as many as are in sight at once. */
export function readAssignments(name: string, cursor?: string) {
  return read(ops.assignments, page(name, cursor));
}

/** What is served there, read by handshakes each time that it is shown: what was read before is old. */
export function readServed(name: string, cursor?: string) {
  return queryOptions({ ...readOutside(ops.served, page(name, cursor)), refetchOnMount: 'always' });
}

function page(name: string, cursor: string | undefined) {
  return { params: { name }, query: { limit: inSight, ...(cursor === undefined ? {} : { cursor }) } };
}

/** Where it should be served, and what a handshake reads there now. */
export function Assignments({ certificate: { name, version } }: { certificate: Certificate }) {
  const [isAssigning, setAssigning] = useState(false);
  const [leaving, setLeaving] = useState<string | null>(null);
  // Of each page up to the one in sight; the first has none.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const { data, error, refetch } = useQuery(readAssignments(name, cursor));
  const look = useQuery(readServed(name, cursor));
  const current = version?.number;
  // What was held against another version than the one that should be there by now says nothing of it.
  const seen = new Map(
    look.data?.items.filter(({ expected }) => expected?.version === current).map(item => [item.target, item]),
  );
  const notSeen = look.isFetching ? 'being read …' : 'not read';
  const lookedFor = useRef(current);
  useEffect(() => {
    if (lookedFor.current !== current) look.refetch();
    lookedFor.current = current;
  }, [current, look.refetch]);
  const assignments = data?.items ?? [];
  const next = data?.nextCursor ?? null;
  return (
    <Section
      title="Where it is served"
      about="What is served now is read by a handshake, as clients do it, when the page is opened."
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
      {error && <ProblemAlert error={error} retry={refetch} />}
      {look.error && <ProblemAlert error={look.error} retry={look.refetch} />}
      {data ? (
        <Few
          label="Assignments"
          rows={assignments}
          columns={[
            {
              title: 'Target',
              cell: ({ target, virtualService, isDefault }) => (
                <TargetLink target={target} service={virtualService} isDefault={isDefault} />
              ),
            },
            {
              title: 'Should be',
              cell: () =>
                version ? (
                  <>
                    Version {version.number} <code>{shortened(version.serial)}</code>
                  </>
                ) : (
                  'not issued yet'
                ),
            },
            {
              title: 'Is served now',
              cell: ({ target }) => <ServedNow seen={seen.get(target)} otherwise={notSeen} />,
            },
            {
              title: 'Deployment',
              cell: assignment => {
                const { standing, word, text } = servedThere(assignment, version);
                return (
                  <>
                    <Mark standing={standing}>{word}</Mark> <Text size="sm">{text}</Text>
                    {assignment.toBeTakenOff && (
                      <Text size="sm" c="dimmed">
                        asked for <Moment at={assignment.toBeTakenOff.since} as="distance" />
                      </Text>
                    )}
                  </>
                );
              },
            },
            {
              title: 'Actions',
              cell: ({ target, isDefault }) => (
                <Group gap="xs">
                  {!isDefault && <MakeDefault certificate={name} target={target} />}
                  <ActionButton
                    operation={ops.unassign}
                    size="compact-xs"
                    variant="default"
                    onClick={() => setLeaving(target)}
                  >
                    Unassign…
                  </ActionButton>
                </Group>
              ),
            },
          ]}
          keyOf={({ id }) => id}
          empty={
            cursor === undefined
              ? 'It is assigned to nothing: what is issued is kept here, and can be exported.'
              : 'There are no more of them.'
          }
        />
      ) : (
        !error && <Loading what="where it is assigned" />
      )}
      {(cursor !== undefined || next !== null) && (
        <Group gap="xs">
          <Text size="sm">
            {inSight * cursors.length + 1} to {inSight * cursors.length + assignments.length}
          </Text>
          <Button
            variant="default"
            size="xs"
            disabled={cursor === undefined}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Those before
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={next === null}
            onClick={() => next !== null && setCursors([...cursors, next])}
          >
            The next ones
          </Button>
        </Group>
      )}
      {isAssigning && (
        <AssignDialog
          name={name}
          isIssued={version !== null}
          without={assignments.filter(({ toBeTakenOff }) => !toBeTakenOff).map(({ target }) => target)}
          onClose={() => setAssigning(false)}
        />
      )}
      <Unassign certificate={name} target={leaving} onClose={() => setLeaving(null)} />
    </Section>
  );
}

interface TargetLinkProps {
  target: string;
  /** Null: it is no virtual service. */
  service: ServicePlace | null;
  isDefault: boolean;
}

/** A target by what people call it, with the way there. */
function TargetLink({ target, service, isDefault }: TargetLinkProps) {
  const remark = [service && target, service?.name && place(service), isDefault && 'the default'].filter(Boolean);
  return (
    <>
      {service ? (
        <Go to="/virtual-services/$id" params={{ id: String(service.index) }}>
          {service.name ?? place(service)}
        </Go>
      ) : (
        target
      )}
      {remark.length > 0 && (
        <Text size="sm" c="dimmed">
          {remark.join(', ')}
        </Text>
      )}
    </>
  );
}

/** What was read there just now; `otherwise`: why there is nothing. */
function ServedNow({ seen, otherwise }: { seen: Served | undefined; otherwise: string }) {
  if (seen === undefined) return otherwise;
  const { standing, word, text } = servedNow(seen);
  return (
    <>
      <Mark standing={standing}>{word}</Mark>{' '}
      <Text size="sm">
        {text} {seen.served && <code>{shortened(seen.served.serial)}</code>}
      </Text>
      <Text size="sm" c="dimmed">
        read <Moment at={seen.at} as="distance" />
      </Text>
    </>
  );
}

function shortened(serial: string): string {
  return serial.length > 12 ? `…${serial.slice(-8)}` : serial;
}

interface AssignDialogProps {
  name: string;
  isIssued: boolean;
  without: readonly string[];
  onClose: () => void;
}

function AssignDialog({ name, isIssued, without, onClose }: AssignDialogProps) {
  const tellAskedFor = useTellAskedFor();
  const { form, ...state } = useOperationForm({
    operation: ops.assign,
    initial: { target: null as string | null, isDefault: false },
    input: ({ target, isDefault }) => ({ params: { name }, body: { target: target ?? '', isDefault } }),
    onDone: () => {
      tellAskedFor(
        isIssued
          ? 'Assigned: that it is brought there was asked for.'
          : 'Assigned: it is brought there once it is issued.',
      );
      onClose();
    },
  });
  const { target, isDefault } = form.getValues();
  return (
    <FormDialog
      title={`Assign ${name} to a target`}
      verb="Assign"
      isReady={target !== null}
      onClose={onClose}
      {...state}
    >
      <TargetSelect value={target} without={without} onChange={chosen => form.setFieldValue('target', chosen)} />
      <Checkbox
        label="Also for clients that ask for a name that no certificate has (default)"
        checked={isDefault}
        onChange={event => form.setFieldValue('isDefault', event.currentTarget.checked)}
      />
      {isDefault && target !== null && <FormerDefault target={target} />}
    </FormDialog>
  );
}
