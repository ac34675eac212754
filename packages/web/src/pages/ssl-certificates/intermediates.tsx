import { type Intermediate, operations } from '@certfleet/contract';
import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { FileField } from '../../parts/file-field.js';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page } from '../../parts/page.js';
import { Rows } from '../../parts/rows.js';

/** Certificates of CAs that complete the chains of imported ones. */
export function IntermediatesPage() {
  const [isAdding, setAdding] = useState(false);
  const close = () => setAdding(false);
  return (
    <Page
      title="Intermediate certificates"
      actions={
        <ActionButton operation={operations.intermediate.add} onClick={() => setAdding(true)}>
          Add an intermediate
        </ActionButton>
      }
    >
      <Text size="sm" c="dimmed">
        They complete the chains of certificates that are imported after them.{' '}
        <Go to="/ssl-certificates" underline="always">
          All SSL certificates
        </Go>
      </Text>
      <Rows
        operation={operations.intermediate.list}
        query={{}}
        columns={[
          { title: 'Name', width: 'minmax(8rem, 1fr)', narrow: '1fr', cell: ({ name }: Intermediate) => name },
          {
            title: 'Certificate of',
            width: 'minmax(10rem, 2fr)',
            cell: ({ subject }) => <span title={subject}>{subject}</span>,
          },
          {
            title: 'Issued by',
            width: 'minmax(10rem, 2fr)',
            cell: ({ issuer }) => <span title={issuer}>{issuer}</span>,
          },
          { title: 'Expires', width: '8rem', cell: ({ notAfter }) => <Moment at={notAfter} as="day" /> },
          { title: 'Operation', width: '6rem', narrow: '6rem', cell: ({ name }) => <Delete name={name} /> },
        ]}
        label="Intermediate certificates"
        keyOf={({ id }: Intermediate) => id}
        empty={
          <Text>There is none yet. Add one only if a file that you import lacks the certificate of its issuer.</Text>
        }
      />
      <Dialog opened={isAdding} onClose={close} title="Add an intermediate certificate">
        {() => <AddForm onClose={close} />}
      </Dialog>
    </Page>
  );
}

function Delete({ name }: { name: string }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <ActionButton
        operation={operations.intermediate.delete}
        variant="default"
        size="compact-xs"
        aria-label={`Delete ${name}`}
        onClick={() => setAsking(true)}
      >
        Delete
      </ActionButton>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete the intermediate certificate ${name}?`}
        verb="Delete"
        operation={operations.intermediate.delete}
        input={{ params: { name } }}
      >
        <Text size="sm">Chains that have it keep it; certificates that are imported from now on lack it.</Text>
      </Confirm>
    </>
  );
}

function AddForm({ onClose }: { onClose: () => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.intermediate.add,
    initial: { name: '', file: '' },
    input: body => ({ body }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Add">
      <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
      <FileField
        kind="intermediate"
        label="File"
        description="One certificate of a CA, PEM or DER."
        accept=".pem,.crt,.cer,.der"
        required
        {...form.getInputProps('file')}
      />
    </DialogForm>
  );
}
