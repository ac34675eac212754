import { type Domain, operations, type Solver } from '@certfleet/contract';
import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { OperationForm } from '../../parts/form.js';
import { GoButton, RowGo } from '../../parts/go.js';
import { NamePicker } from '../../parts/name-picker.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page, Section } from '../../parts/page.js';
import type { Column } from '../../parts/rows.js';
import { SearchedRows } from '../../parts/searched-rows.js';
import { solverText } from '../solvers/words.js';
import { ProvenCertificates } from './proven-certificates.js';
import { Unprovable } from './unprovable.js';

export function DomainsPage() {
  const [leaving, setLeaving] = useState<Domain | null>(null);
  return (
    <Page
      title="Domains"
      actions={
        <GoButton to="/solvers" variant="default">
          Solvers
        </GoButton>
      }
    >
      <Unprovable />
      <Bind />
      <Section
        title="Which solver proves which names"
        about="What a certificate names for a name of its own comes first, then the exact name here, then the longest suffix, then the policy's default."
      >
        <SearchedRows
          places="names"
          operation={operations.domain.list}
          columns={columnsOf(setLeaving)}
          label="Domains"
          keyOf={({ id }: Domain) => id}
          empty={<Text>No domain is bound to a solver: names are proven by their policy's default.</Text>}
        />
      </Section>
      <Confirm
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={`Unbind ${leaving?.pattern}?`}
        verb="Unbind"
        operation={operations.domain.delete}
        input={{ params: { pattern: leaving?.pattern ?? '' } }}
        onDone={() => tellDone(`${leaving?.pattern} is bound to no solver any more.`)}
      >
        {leaving && <ProvenCertificates pattern={leaving.pattern} />}
      </Confirm>
    </Page>
  );
}

function columnsOf(onDelete: (domain: Domain) => void): Column<Domain>[] {
  return [
    {
      title: 'Names',
      width: 'minmax(10rem, 2fr)',
      narrow: '1fr',
      cell: ({ pattern }) => <span title={namesOf(pattern)}>{pattern}</span>,
    },
    {
      title: 'Solver',
      width: 'minmax(8rem, 1fr)',
      narrow: '6rem',
      cell: ({ solver }) => (
        <RowGo to="/solvers/$name" params={{ name: solver }}>
          {solver}
        </RowGo>
      ),
    },
    {
      title: 'Actions',
      width: '6rem',
      narrow: '5rem',
      cell: domain => (
        <ActionButton
          operation={operations.domain.delete}
          size="compact-xs"
          variant="default"
          onClick={() => onDelete(domain)}
        >
          Unbind
        </ActionButton>
      ),
    },
  ];
}

function namesOf(pattern: string): string {
  return pattern.startsWith('.') ? `${pattern.slice(1)} and all below it` : pattern;
}

function Bind() {
  const { form, ...state } = useOperationForm({
    operation: operations.domain.create,
    initial: { pattern: '', solver: null as string | null },
    input: ({ pattern, solver }) => ({ body: { pattern: pattern.trim(), solver: solver ?? '' } }),
    onDone: ({ pattern, solver }) => {
      tellDone(`${namesOf(pattern)}: proven by ${solver}.`);
      form.reset();
    },
  });
  return (
    <Section title="Bind names to a solver">
      <OperationForm verb="Bind" {...state}>
        <TextInput
          label="Name or suffix"
          description="With a leading dot: the name and all below it."
          placeholder=".example.com"
          required
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps('pattern')}
        />
        <NamePicker<Solver>
          label="Solver"
          description="It proves them from the next order on."
          operation={operations.solver.list}
          remark={solverText}
          required
          {...form.getInputProps('solver')}
        />
        <details>
          <summary>A zone that no program may change?</summary>
          <Text size="sm" mt="xs">
            Point the challenges to a zone that a DNS account may change, once for each name, and bind the names to that
            account. Certfleet follows the alias:
          </Text>
          <pre className="breaks">_acme-challenge.www.example.com. CNAME www.acme.example.org.</pre>
        </details>
      </OperationForm>
    </Section>
  );
}
