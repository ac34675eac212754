import { operations, type Policy } from '@certfleet/contract';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { HealthBadge } from '../../parts/status.js';
import { read } from '../../query.js';
import { useRefusal } from '../../session/session.js';
import { initialPolicy, PolicyFields, policyFieldOf, policyFields } from './policy-fields.js';

const route = getRouteApi('/inside/policies/$name');

export function PolicyPage() {
  const { name } = route.useParams();
  const { data: policy, error, refetch } = useQuery(read(operations.policy.show, { params: { name } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!policy) return <Loading what={name} />;
  return (
    <Page title={name} actions={<Delete name={name} />}>
      <Settings key={JSON.stringify(policy)} policy={policy} />
      <Certificates policy={name} />
      <Go to="/events" search={{ subject: `policy:${name}` }}>
        What happened to it
      </Go>
    </Page>
  );
}

function Delete({ name }: { name: string }) {
  const navigate = route.useNavigate();
  const [isAsking, { open, close }] = useDisclosure(false);
  return (
    <>
      <ActionButton operation={operations.policy.delete} variant="default" color="red" onClick={open}>
        Delete
      </ActionButton>
      <Confirm
        opened={isAsking}
        onClose={close}
        title={`Delete the policy ${name}?`}
        verb="Delete"
        operation={operations.policy.delete}
        input={{ params: { name } }}
        onDone={() => {
          tellDone(`The policy ${name} was deleted.`);
          return navigate({ to: '/policies' });
        }}
      >
        It is refused while a certificate has it.
      </Confirm>
    </>
  );
}

function Settings({ policy }: { policy: Policy }) {
  const { name } = policy;
  const refusal = useRefusal(operations.policy.change);
  const { form, submit, error, isPending } = useOperationForm({
    operation: operations.policy.change,
    initial: initialPolicy(policy),
    input: values => ({ params: { name }, body: policyFields(values) }),
    fieldOf: policyFieldOf,
    onDone: () => tellDone(`The policy ${name} was changed.`),
  });
  return (
    <Section
      title="Settings"
      about="What it says of accounts and keys counts from the next order on; another period plans the renewals anew."
    >
      <Stack component="form" onSubmit={submit} maw={720}>
        <PolicyFields form={form} values={form.getValues()} />
        {refusal && <Text size="sm">{refusal}</Text>}
        {error && <ProblemAlert error={error} />}
        <Group>
          <Button type="submit" loading={isPending} disabled={refusal !== null}>
            Save
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

function Certificates({ policy }: { policy: string }) {
  const { data, error } = useQuery(
    read(operations.certificate.list, { query: { policy, sort: 'renewal', limit: 10 } }),
  );
  if (error) return <ProblemAlert error={error} />;
  if (!data) return null;
  return (
    <Section title="Certificates that it renews next">
      <Few
        label="Certificates"
        rows={data.items}
        columns={[
          {
            title: 'Certificate',
            cell: ({ name }) => (
              <Go to="/certificates/$name" params={{ name }}>
                {name}
              </Go>
            ),
          },
          { title: 'Health', cell: ({ health }) => <HealthBadge health={health} /> },
          { title: 'Renewal', cell: ({ renewal }) => (renewal ? <Moment at={renewal.at} /> : '–') },
        ]}
        keyOf={({ id }) => id}
        empty="No certificate has this policy."
      />
      {data.nextCursor !== null && (
        <Go to="/certificates" search={{ policy }}>
          All of them
        </Go>
      )}
    </Section>
  );
}
