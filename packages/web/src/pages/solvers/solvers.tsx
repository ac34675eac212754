import { operations, type Plugin, type Solver } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { Go, GoButton } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Page } from '../../parts/page.js';
import type { Column } from '../../parts/rows.js';
import { SearchedRows } from '../../parts/searched-rows.js';
import { useSolverPlugins } from './plugins.js';

export function SolversPage() {
  const { data: plugins = [] } = useSolverPlugins();
  return (
    <Page
      title="Solvers"
      actions={
        <>
          <GoButton to="/domains" variant="default">
            Domains
          </GoButton>
          <GoButton to="/solvers/-/new" operation={operations.solver.create}>
            Create a solver
          </GoButton>
        </>
      }
    >
      <Text c="dimmed" size="sm">
        A solver proves to a CA that names are yours: a virtual service, a listener or a person by HTTP, a DNS account
        by TXT records. Each virtual service is one already.
      </Text>
      <SearchedRows
        places="names and addresses"
        operation={operations.solver.list}
        columns={columnsOf(plugins)}
        label="Solvers"
        keyOf={({ id }: Solver) => id}
        empty={
          <Text>
            There are no solvers.{' '}
            <Go to="/solvers/-/new" underline="always">
              Create one
            </Go>
            , or{' '}
            <Go to="/virtual-services" underline="always">
              create a virtual service
            </Go>
            , which is one.
          </Text>
        }
      />
    </Page>
  );
}

function columnsOf(plugins: readonly Plugin[]): Column<Solver>[] {
  const pluginOf = (solver: Solver) => plugins.find(({ type }) => type === solver.type);
  return [
    {
      title: 'Name',
      width: 'minmax(8rem, 1fr)',
      narrow: '1fr',
      cell: ({ name }) => (
        <Go to="/solvers/$name" params={{ name }} title={name}>
          {name}
        </Go>
      ),
    },
    {
      title: 'Type',
      width: 'minmax(10rem, 2fr)',
      cell: solver => pluginOf(solver)?.title ?? solver.type,
    },
    { title: 'Proves by', width: '9rem', cell: solver => pluginOf(solver)?.challengeTypes.join(', ') },
    {
      title: 'Proves',
      width: 'minmax(9rem, 1fr)',
      cell: ({ proves }) => provesInWords(proves),
    },
    { title: 'State', width: '12rem', narrow: '7.5rem', cell: solver => <SolverMark solver={solver} /> },
  ];
}

/** `3 domains, default of 1 policy` */
export function provesInWords({ domains, policies }: Solver['proves']): string {
  const parts = [
    domains > 0 ? `${domains} domain${domains === 1 ? '' : 's'}` : '',
    policies > 0 ? `default of ${policies} polic${policies === 1 ? 'y' : 'ies'}` : '',
  ].filter(Boolean);
  return parts.length === 0 ? '–' : parts.join(', ');
}

export function SolverMark({ solver: { enabled, leftOver, virtualService } }: { solver: Solver }) {
  if (leftOver > 0) return <Mark standing="attention">left-overs</Mark>;
  if (enabled && virtualService?.enabled === false) return <Mark standing="off">virtual service disabled</Mark>;
  return enabled ? <Mark standing="good">enabled</Mark> : <Mark standing="off">disabled</Mark>;
}
