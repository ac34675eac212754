import { operations, type Plugin } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../query.js';

const solverPlugins = read(operations.plugin.list, { query: { kind: 'solver' } });

/** The types of solvers, as a query. */
export function useSolverPlugins() {
  return useQuery({ ...solverPlugins, select: ({ items }) => items });
}

/** The types as people look for them: DNS accounts write TXT records by themselves. */
export function grouped(plugins: readonly Plugin[]): { group: string; items: { value: string; label: string }[] }[] {
  const isDns = ({ challengeTypes }: Plugin) => challengeTypes.every(type => type === 'dns-01');
  const option = ({ type, title }: Plugin) => ({ value: type, label: title });
  return [
    { group: 'DNS accounts', items: plugins.filter(isDns).map(option) },
    { group: 'Others', items: plugins.filter(plugin => !isDns(plugin)).map(option) },
  ];
}
