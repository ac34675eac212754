import { type Assignment, type Certificate, operations, type VirtualService } from '@certfleet/contract';
import { Checkbox, Group, Text } from '@mantine/core';
import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { assignmentState, whyStillThere } from '../../parts/deployment.js';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { FormerDefault } from '../../parts/former-default.js';
import { Go } from '../../parts/go.js';
import { MakeDefault } from '../../parts/make-default.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { NamePicker } from '../../parts/name-picker.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Section } from '../../parts/page.js';
import { Unassign } from '../../parts/unassign.js';
import { read } from '../../query.js';
import { ownTarget } from '../ssl-certificates/assigned.js';
import { AllCertificates } from './all-certificates.js';
import { shownCertificates, useServedCertificates } from './served-certificates.js';

interface Row {
  name: string;
  certificate: Certificate | undefined;
  assignment: Assignment | undefined;
}

/** Which certificate an HTTPS service shows whom: by the name that clients ask for (SNI), and to all others. */
export function ServiceCertificates({ service }: { service: VirtualService }) {
  const [isAssigning, setAssigning] = useState(false);
  const certificates = useServedCertificates(service.certificates);
  const assignments = useQueries({
    queries: service.certificates
      .slice(0, shownCertificates)
      .map(name =>
        read(operations.certificate.assignments, { params: { name }, query: { target: ownTarget(service.index) } }),
      ),
  });
  const rows = service.certificates.slice(0, shownCertificates).map((name, index) => ({
    name,
    certificate: certificates[index]?.data,
    assignment: ofService(assignments[index], service.index),
  }));
  const more = service.certificates.length - rows.length;
  return (
    <div id="certificates">
      <Section
        title="Certificates"
        about="Clients are shown the certificate that has the name they ask for (SNI). Those that ask for none that is here, or for no name, are shown the default one; without a default, one that nobody trusts."
        actions={
          <ActionButton
            operation={operations.certificate.assign}
            variant="default"
            size="xs"
            onClick={() => setAssigning(true)}
          >
            Assign a certificate
          </ActionButton>
        }
      >
        <Few
          label="Certificates of the virtual service"
          rows={rows}
          columns={[
            { title: 'Certificate', cell: ({ name }) => <CertificateLink name={name} /> },
            { title: 'For the names', cell: ({ certificate }) => names(certificate) },
            { title: 'Served', isShort: true, cell: row => <Served row={row} service={service} /> },
            {
              title: 'Expires',
              isShort: true,
              cell: ({ certificate }) =>
                certificate?.version ? <Moment at={certificate.version.notAfter} as="day" /> : 'not issued yet',
            },
            { title: 'Actions', isShort: true, cell: row => <Actions row={row} service={service} /> },
          ]}
          keyOf={({ name }) => name}
          empty="None is assigned: clients are shown a certificate that nobody trusts."
        />
        {more > 0 && (
          <Text size="sm">
            And {more.toLocaleString('en')} more. <AllCertificates service={service} />
          </Text>
        )}
        <Assign opened={isAssigning} onClose={() => setAssigning(false)} service={service} />
      </Section>
    </div>
  );
}

function ofService({ data }: UseQueryResult<{ items: Assignment[] }> | Record<string, never> = {}, index: number) {
  return data?.items.find(({ target }: Assignment) => target === ownTarget(index));
}

function CertificateLink({ name }: { name: string }) {
  return (
    <Go to="/certificates/$name" params={{ name }}>
      {name}
    </Go>
  );
}

function names(certificate: Certificate | undefined): string {
  if (!certificate) return '…';
  const [first, ...others] = certificate.identifiers.map(({ value }) => value);
  if (first === undefined) return 'none';
  return others.length > 4
    ? `${[first, ...others.slice(0, 3)].join(', ')} and ${others.length - 3} more`
    : [first, ...others].join(', ');
}

function Served({ row: { assignment }, service }: { row: Row; service: VirtualService }) {
  if (!service.enabled) return <Mark standing="off">not served: the service is disabled</Mark>;
  if (!assignment) return <span>by a target of its own</span>;
  const { isDefault, toBeTakenOff } = assignment;
  const { standing, word } = assignmentState(assignment);
  return (
    <Group gap="xs">
      <Mark standing={standing}>{word}</Mark>
      {isDefault && <Text size="sm">as the default</Text>}
      {toBeTakenOff && (
        <Text size="sm">
          since <Moment at={toBeTakenOff.since} as="distance" />: {whyStillThere(toBeTakenOff)}
        </Text>
      )}
    </Group>
  );
}

function Actions({ row, service }: { row: Row; service: VirtualService }) {
  const { name, assignment } = row;
  return (
    <Group gap="xs">
      {assignment && !assignment.isDefault && <MakeDefault certificate={name} target={assignment.target} />}
      <TakeOff row={row} service={service} />
    </Group>
  );
}

function TakeOff({ row: { name, assignment }, service }: { row: Row; service: VirtualService }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <ActionButton
        operation={operations.certificate.unassign}
        variant="default"
        size="compact-xs"
        refusal={assignment ? null : 'It came by a target of its own: take it off on its own page.'}
        aria-label={`Unassign ${name}`}
        onClick={() => setAsking(true)}
      >
        Unassign…
      </ActionButton>
      <Unassign
        certificate={name}
        target={isAsking ? ownTarget(service.index) : null}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

interface AssignProps {
  opened: boolean;
  onClose: () => void;
  service: VirtualService;
}

function Assign(props: AssignProps) {
  const { opened, onClose } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title="Assign a certificate">
      {() => <AssignForm {...props} />}
    </Dialog>
  );
}

function AssignForm({ onClose, service }: AssignProps) {
  const { form, ...state } = useOperationForm({
    operation: operations.certificate.assign,
    initial: { name: '', isDefault: service.certificates.length === 0 },
    input: ({ name, isDefault }) => ({ params: { name }, body: { target: ownTarget(service.index), isDefault } }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Assign">
      <NamePicker
        label="Certificate"
        description="Available Certificates"
        required
        operation={operations.certificate.list}
        without={service.certificates}
        {...form.getInputProps('name')}
        value={form.getValues().name || null}
        onChange={name => form.setFieldValue('name', name ?? '')}
      />
      <Checkbox
        label="As the default"
        description="Shown to clients that ask for no name, or for one that no certificate here has."
        {...form.getInputProps('isDefault', { type: 'checkbox' })}
      />
      {form.getValues().isDefault && <FormerDefault target={ownTarget(service.index)} />}
    </DialogForm>
  );
}
