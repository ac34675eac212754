import { operations, type Policy } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { DeleteButton } from '../../parts/delete-button.js';
import { tellDone } from '../../parts/done.js';
import { Few } from '../../parts/few.js';
import { OperationForm } from '../../parts/form.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page, Section } from '../../parts/page.js';
import { PageProblem } from '../../parts/page-problem.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { HealthBadge, healthAgain } from '../../parts/status.js';
import { read } from '../../query.js';
import { listed } from '../request/sentences.js';
import { initialPolicy, PolicyFields, policyFields } from './policy-fields.js';

const route = getRouteApi('/inside/policies/$name');

export function PolicyPage() {
  const { name } = route.useParams();
  const navigate = route.useNavigate();
  const { data: policy, error, refetch } = useQuery(read(operations.policy.show, { params: { name } }));
  if (!policy) {
    return error ? <PageProblem title={name} error={error} retry={refetch} /> : <Loading what={name} />;
  }
  return (
    <Page
      title={name}
      actions={
        <DeleteButton
          what={`the policy ${name}`}
          operation={operations.policy.delete}
          input={{ params: { name } }}
          onDone={() => navigate({ to: '/policies' })}
        >
          <Dependents policy={name} />
        </DeleteButton>
      }
    >
      {error && <ProblemAlert error={error} retry={refetch} />}
      <Settings policy={policy} />
      <Certificates policy={name} />
      <Go to="/events" search={{ subject: `policy:${name}` }}>
        What happened to it
      </Go>
    </Page>
  );
}

function Settings({ policy }: { policy: Policy }) {
  const { name } = policy;
  const { form, ...state } = useOperationForm({
    operation: operations.policy.change,
    initial: initialPolicy(policy),
    input: values => ({ params: { name }, body: policyFields(values) }),
    onDone: () => tellDone(`The policy ${name} was changed.`),
  });
  return (
    <Section
      title="Settings"
      about="What it says of accounts and keys counts from the next order on; another period plans the renewals anew."
    >
      <OperationForm verb="Save" {...state}>
        <PolicyFields form={form} values={form.getValues()} />
      </OperationForm>
    </Section>
  );
}

function useCertificates(policy: string) {
  return useQuery({
    ...read(operations.certificate.list, { query: { policy, sort: 'renewal', limit: 10 } }),
    refetchInterval: healthAgain,
  });
}

/** What keeps it from being deleted. */
function Dependents({ policy }: { policy: string }) {
  const { data } = useCertificates(policy);
  if (!data) return 'It can only be deleted when no certificate has it.';
  const { items, nextCursor } = data;
  if (items.length === 0) return 'No certificate has it.';
  return (
    <>
      {listed(items.map(({ name }) => name))}
      {nextCursor !== null && ', and others,'} {items.length === 1 ? 'has' : 'have'} it: it can only be deleted when no
      certificate does.{' '}
      <Go to="/certificates" search={{ policy }} underline="always">
        All of them
      </Go>
    </>
  );
}

function Certificates({ policy }: { policy: string }) {
  const { data, error } = useCertificates(policy);
  if (!data) return error && <ProblemAlert error={error} />;
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
          {
            title: 'Renewal',
            isShort: true,
            cell: ({ renewal }) => (renewal ? <Moment at={renewal.at} /> : '–'),
          },
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
