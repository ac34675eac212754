import { operations, type Plugin } from '@certfleet/contract';
import { Select, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { tellDone } from '../../parts/done.js';
import { OperationForm, RoleNote } from '../../parts/form.js';
import { NewName } from '../../parts/new-name.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page } from '../../parts/page.js';
import { configOf, fieldsOf, initialConfig } from '../../parts/schema-form/fields.js';
import { SchemaForm } from '../../parts/schema-form/schema-form.js';
import { Shown } from '../../parts/shown.js';
import { grouped, useSolverPlugins } from './plugins.js';

const route = getRouteApi('/inside/solvers/-/new');

export function NewSolverPage() {
  return (
    <Shown of={useSolverPlugins()} what="the types of solvers" title="Create a solver">
      {plugins => <ChooseType plugins={plugins} />}
    </Shown>
  );
}

function ChooseType({ plugins }: { plugins: readonly Plugin[] }) {
  const { type } = route.useSearch();
  const navigate = route.useNavigate();
  const plugin = plugins.find(one => one.type === type);
  return (
    <Page title="Create a solver">
      {!plugin && <RoleNote operation={operations.solver.create} />}
      <div className="sheet fields">
        <Select
          label="Type"
          description="What it proves names by. DNS accounts are named after the provider."
          placeholder="Choose one"
          searchable
          allowDeselect={false}
          data={grouped(plugins)}
          value={plugin?.type ?? null}
          onChange={chosen => navigate({ search: { type: chosen ?? undefined }, replace: true })}
        />
      </div>
      {plugin && <NewSolver key={plugin.type} plugin={plugin} />}
    </Page>
  );
}

function NewSolver({ plugin }: { plugin: Plugin }) {
  const navigate = route.useNavigate();
  const fields = fieldsOf(plugin.config);
  const { form, ...state } = useOperationForm({
    operation: operations.solver.create,
    initial: { name: '', config: initialConfig(fields) },
    input: ({ name, config }) => ({
      body: { name: name.trim(), type: plugin.type, config: configOf(fields, config) },
    }),
    onDone: ({ name }) => {
      tellDone(`The solver ${name} was created. Test it next.`);
      return navigate({ to: '/solvers/$name', params: { name } });
    },
  });
  return (
    <OperationForm verb="Create" {...state}>
      <AboutPlugin plugin={plugin} />
      <NewName {...form.getInputProps('name')} />
      <SchemaForm fields={fields} form={form} />
    </OperationForm>
  );
}

/** What it was tested against, and where to read on. */
export function AboutPlugin({ plugin: { neverRunAgainst, guide, challengeTypes } }: { plugin: Plugin }) {
  return (
    <Text size="sm" c="dimmed">
      Proves by {challengeTypes.join(' or ')}. {neverRunAgainst} {guide && `How to use it: ${guide}.`}
    </Text>
  );
}
