import { type Assignment, operations, type Target } from '@certfleet/contract';
import { Box, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { assignmentState, whyStillThere } from '../../parts/deployment.js';
import { Dialog, useHeldOpen } from '../../parts/dialog.js';
import { OperationForm } from '../../parts/form.js';
import { FormerDefault } from '../../parts/former-default.js';
import { RowGo } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { NamePicker } from '../../parts/name-picker.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { type Column, Rows } from '../../parts/rows.js';
import { Unassign } from '../../parts/unassign.js';
import { place, placeOf } from '../virtual-services/words.js';

interface AssignedServicesProps {
  opened: boolean;
  onClose: () => void;
  /** Of the certificate. */
  name: string;
}

/** LoadMaster's two lists: the places that have the certificate, and the HTTPS services that could, which are searched. */
export function AssignedServices({ opened, onClose, name }: AssignedServicesProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Available and assigned VSs of ${name}`} size="xl">
      {() => (
        <Stack>
          <Assigned name={name} />
          <Available name={name} />
        </Stack>
      )}
    </Dialog>
  );
}

function Assigned({ name }: { name: string }) {
  const [leaving, setLeaving] = useState<string | null>(null);
  const columns = useMemo(() => columnsOf(setLeaving), []);
  return (
    <>
      <Rows
        operation={operations.certificate.assignments}
        params={{ name }}
        query={{}}
        columns={columns}
        label="Assigned VSs"
        keyOf={({ id }: Assignment) => id}
        empty="It is assigned to nothing."
        // What is below is to stay in sight.
        around={560}
        narrowHeight={72}
      />
      <Unassign certificate={name} target={leaving} onClose={() => setLeaving(null)} />
    </>
  );
}

function columnsOf(onLeave: (target: string) => void): readonly Column<Assignment>[] {
  return [
    {
      title: 'Assigned to',
      width: 'minmax(10rem, 2fr)',
      narrow: '1fr',
      cell: assignment => (
        <>
          <Place assignment={assignment} />
          <Box hiddenFrom="sm" mt={4}>
            <State assignment={assignment} />
          </Box>
        </>
      ),
    },
    {
      title: 'State',
      width: 'minmax(8rem, 1fr)',
      cell: assignment => <State assignment={assignment} />,
    },
    {
      title: 'Actions',
      width: '7rem',
      narrow: '6.5rem',
      cell: ({ target }) => (
        <ActionButton
          operation={operations.certificate.unassign}
          variant="default"
          size="compact-xs"
          aria-label={`Unassign it from ${target}`}
          onClick={() => onLeave(target)}
        >
          Unassign…
        </ActionButton>
      ),
    },
  ];
}

function Place({ assignment: { target, virtualService: service } }: { assignment: Assignment }) {
  if (!service) return <span title={target}>{target}</span>;
  return (
    <RowGo to="/virtual-services/$id" params={{ id: String(service.index) }} title={`${target}, ${place(service)}`}>
      {`${service.index} ${service.name ?? place(service)}`}
    </RowGo>
  );
}

function State({ assignment }: { assignment: Assignment }) {
  const { isDefault, toBeTakenOff } = assignment;
  const { standing, word } = assignmentState(assignment);
  return (
    <Group gap="xs" wrap="nowrap" title={toBeTakenOff ? whyStillThere(toBeTakenOff) : undefined}>
      <Mark standing={standing}>{word}</Mark>
      {isDefault && <Text size="sm">as the default</Text>}
    </Group>
  );
}

function Available({ name }: { name: string }) {
  const tellAskedFor = useTellAskedFor();
  const { form, ...state } = useOperationForm({
    operation: operations.certificate.assign,
    initial: { target: null as string | null, isDefault: false },
    input: ({ target, isDefault }) => ({ params: { name }, body: { target: target ?? '', isDefault } }),
    onDone: ({ target }) => {
      tellAskedFor(`${name} was assigned to ${target}.`);
      form.reset();
    },
  });
  useHeldOpen(state.isPending);
  const { target, isDefault } = form.getValues();
  return (
    <OperationForm verb="Assign" isReady={target !== null} {...state}>
      <NamePicker<Target>
        label="Available VSs"
        description="HTTPS virtual services, which are found by their names, addresses and ports."
        operation={operations.target.list}
        query={{ type: 'virtual-service' }}
        remark={({ virtualService }) => virtualService && placeOf(virtualService)}
        refusal={({ certificates }) => (certificates.includes(name) ? 'It has the certificate.' : null)}
        value={target}
        onChange={chosen => form.setFieldValue('target', chosen)}
      />
      <Checkbox
        label="Also for clients that ask for a name that no certificate has (default)"
        checked={isDefault}
        onChange={event => form.setFieldValue('isDefault', event.currentTarget.checked)}
      />
      {isDefault && target !== null && <FormerDefault target={target} />}
    </OperationForm>
  );
}
