import { operations, type Plugin } from '@certfleet/contract';
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { tellDone } from '../../parts/done.js';
import { Loading } from '../../parts/loading.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { configFieldOf, configOf, fieldsOf, initialConfig } from '../../parts/schema-form/fields.js';
import { SchemaForm } from '../../parts/schema-form/schema-form.js';
import { useRefusal } from '../../session/session.js';
import { grouped, useSolverPlugins } from './plugins.js';

const route = getRouteApi('/inside/solvers/new');

export function NewSolverPage() {
  const { type } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: plugins, error, refetch } = useSolverPlugins();
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!plugins) return <Loading what="the types of solvers" />;
  const plugin = plugins.find(one => one.type === type);
  return (
    <Page title="New solver">
      <Stack maw={640}>
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
        {plugin && <NewSolver key={plugin.type} plugin={plugin} />}
      </Stack>
    </Page>
  );
}

function NewSolver({ plugin }: { plugin: Plugin }) {
  const navigate = route.useNavigate();
  const refusal = useRefusal(operations.solver.create);
  const fields = fieldsOf(plugin.config);
  const { form, submit, error, isPending } = useOperationForm({
    operation: operations.solver.create,
    initial: { name: '', config: initialConfig(fields) },
    input: ({ name, config }) => ({
      body: { name: name.trim(), type: plugin.type, config: configOf(fields, config) },
    }),
    fieldOf: configFieldOf,
    onDone: ({ name }) => {
      tellDone(`The solver ${name} was created. Test it next.`);
      return navigate({ to: '/solvers/$name', params: { name } });
    },
  });
  return (
    <Stack component="form" onSubmit={submit}>
      <AboutPlugin plugin={plugin} />
      <TextInput
        label="Name"
        description="What to call it: letters, digits and . _ @ -"
        required
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('name')}
      />
      <SchemaForm fields={fields} form={form} />
      {refusal && <Text size="sm">{refusal}</Text>}
      {error && <ProblemAlert error={error} />}
      <Group>
        <Button type="submit" loading={isPending} disabled={refusal !== null}>
          Create
        </Button>
      </Group>
    </Stack>
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
