import { operations, type Plugin, type Solver } from '@certfleet/contract';
import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { DeleteButton } from '../../parts/delete-button.js';
import { tellDone } from '../../parts/done.js';
import { Facts } from '../../parts/facts.js';
import { Few } from '../../parts/few.js';
import { OperationForm } from '../../parts/form.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page, Section } from '../../parts/page.js';
import { PageProblem } from '../../parts/page-problem.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { configOf, fieldsOf, initialConfig } from '../../parts/schema-form/fields.js';
import { SchemaForm } from '../../parts/schema-form/schema-form.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { AboutPlugin } from './new-solver.js';
import { useSolverPlugins } from './plugins.js';
import { provesInWords, SolverMark } from './solvers.js';
import { Trial } from './trial.js';

const route = getRouteApi('/inside/solvers/$name');

export function SolverPage() {
  const { name } = route.useParams();
  const { data: solver, error, refetch } = useQuery(read(operations.solver.show, { params: { name } }));
  const { data: plugins, error: noPlugins } = useSolverPlugins();
  const [changes, setChanges] = useState(0);
  const failure = error ?? noPlugins;
  if (!solver || !plugins) {
    return failure ? <PageProblem title={name} error={failure} retry={refetch} /> : <Loading what={name} />;
  }
  const plugin = plugins.find(({ type }) => type === solver.type);
  const { virtualService } = solver;
  return (
    <Page title={name} badge={<SolverMark solver={solver} />} actions={<Actions solver={solver} />}>
      {failure && <ProblemAlert error={failure} retry={refetch} />}
      {solver.leftOver > 0 && (
        <Alert color="yellow" title="Something that it presented is still there">
          {solver.leftOver} challenge{solver.leftOver === 1 ? '' : 's'} of orders that are over could not be taken away
          yet. It is tried again every hour; test it to see why, or mend its configuration.
        </Alert>
      )}
      {virtualService?.enabled === false && (
        <Alert color="yellow" title="Its virtual service is disabled">
          It proves no name until{' '}
          <Go to="/virtual-services/$id" params={{ id: String(virtualService.index) }}>
            virtual service {virtualService.index}
          </Go>{' '}
          is enabled.
        </Alert>
      )}
      <Facts
        label="About the solver"
        facts={[
          ['Type', plugin?.title ?? solver.type],
          ['Proves', provesInWords(solver.proves)],
          ['Created', <Moment key="created" at={solver.createdAt} />],
        ]}
      />
      <Trial name={name} changes={changes} />
      <Domains name={name} />
      {plugin && <Configuration solver={solver} plugin={plugin} onChanged={() => setChanges(changes + 1)} />}
      <Go to="/events" search={{ subject: `solver:${name}` }}>
        What happened to it
      </Go>
    </Page>
  );
}

/** Why a virtual service's own solver can't be changed or deleted; null for others. */
function ownRefusal({ name, config }: Solver): string | null {
  const index = config.virtualService;
  return name === `vs-${index}` ? `It is virtual service ${index}'s own: it stays as long as the service.` : null;
}

function Actions({ solver }: { solver: Solver }) {
  const { name, enabled, proves } = solver;
  const navigate = route.useNavigate();
  const [isAsked, setAsked] = useState(false);
  const onDone = (changed: Solver) =>
    tellDone(changed.enabled ? `${name} is used again.` : `${name} is not used any more.`);
  const change = useCall(operations.solver.change, { onDone });
  const refusal = ownRefusal(solver);
  const isInUse = proves.domains + proves.policies > 0;
  const input = { params: { name }, body: { enabled: !enabled } };
  return (
    <>
      <ActionButton
        operation={operations.solver.change}
        refusal={refusal}
        variant="default"
        loading={change.isPending}
        onClick={() => (enabled && isInUse ? setAsked(true) : change.mutate(input))}
      >
        {enabled ? 'Disable' : 'Enable'}
      </ActionButton>
      <Confirm
        opened={isAsked}
        onClose={() => setAsked(false)}
        title={`Disable the solver ${name}?`}
        verb="Disable"
        operation={operations.solver.change}
        input={input}
        onDone={onDone}
      >
        It is in use: {provesInWords(proves)}. Nobody proves their names until it is enabled again, and orders for them
        fail meanwhile.
      </Confirm>
      <DeleteButton
        what={`the solver ${name}`}
        nameToType={name}
        operation={operations.solver.delete}
        input={{ params: { name } }}
        refusal={refusal}
        onDone={() => navigate({ to: '/solvers' })}
      >
        {isInUse
          ? `It is in use: ${provesInWords(proves)}. It can only be deleted when nothing uses it.`
          : 'Its configuration is forgotten, with its secrets. It is refused while a certificate names it or something that it presented is still there.'}
      </DeleteButton>
      {change.error && <ProblemAlert error={change.error} />}
    </>
  );
}

function Domains({ name }: { name: string }) {
  const domains = useQuery(read(operations.domain.list, { query: { solver: name, limit: 20 } }));
  return (
    <Section title="Names that it proves">
      <Shown of={domains}>
        {data => (
          <>
            <Few
              label="Domains"
              rows={data.items}
              columns={[
                { title: 'Domain', cell: ({ pattern }) => pattern },
                { title: 'Bound', cell: ({ createdAt }) => <Moment at={createdAt} as="day" /> },
              ]}
              keyOf={({ id }) => id}
              empty="No domain is bound to it. It also proves the names of certificates that name it, and those of policies whose default it is."
            />
            {data.nextCursor !== null && <Text size="sm">There are more than these.</Text>}
          </>
        )}
      </Shown>
      <Go to="/domains">Bind domains</Go>
    </Section>
  );
}

interface ConfigurationProps {
  solver: Solver;
  plugin: Plugin;
  onChanged: () => void;
}

function Configuration({ solver, plugin, onChanged }: ConfigurationProps) {
  const { name } = solver;
  const fields = fieldsOf(plugin.config);
  const { form, ...state } = useOperationForm({
    operation: operations.solver.change,
    initial: { config: initialConfig(fields, solver.config) },
    input: ({ config }) => ({ params: { name }, body: { config: configOf(fields, config, { isChange: true }) } }),
    onDone: changed => {
      tellDone(`The solver ${name} was changed.`);
      // A secret that was typed is stored now, and not shown any more.
      form.setValues({ config: initialConfig(fields, changed.config) });
      onChanged();
    },
  });
  return (
    <Section title="Configuration">
      <OperationForm verb="Save" refusal={ownRefusal(solver)} {...state}>
        <AboutPlugin plugin={plugin} />
        <SchemaForm fields={fields} form={form} stored={solver.config} />
      </OperationForm>
    </Section>
  );
}
