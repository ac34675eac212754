import type {
  RealServer,
  RealServerStatistics,
  SubVirtualService,
  VirtualService,
  VirtualServiceStatistics,
} from '@certfleet/contract';
import type { Standing } from '../../../parts/mark.js';
import { type State, standingOf } from '../standing.js';
import { place, types } from '../words.js';

/** A certified name, and the certificate that has it. */
export interface ServedName {
  name: string;
  certificate: string;
  /** How the certificate stands. */
  standing: Standing;
}

/** Where a click leads: to a certificate, or to a part of the virtual service's own page. */
export type Lead = { certificate: string } | { anchor: string } | null;

/** One thing of the picture. It stands in a column: name, virtual service, sub virtual service, real server. */
export interface Node {
  id: string;
  column: 0 | 1 | 2 | 3;
  title: string;
  detail: string;
  standing: Standing;
  lead: Lead;
  /** Of what HAProxy knows a state. */
  state?: State | undefined;
}

/** Requests go from one node to another; idle: none do at the moment, as it takes none. */
export interface Edge {
  from: string;
  to: string;
  idle: boolean;
}

export interface Graph {
  nodes: Node[];
  edges: Edge[];
}

/** So many names, and real servers of one pool, are drawn; the rest is one node that says how many they are. */
const most = 12;

/** How requests go through a virtual service, from the names that clients ask for to the servers that answer. */
export function graphOf(
  service: VirtualService,
  statistics: VirtualServiceStatistics | undefined,
  names: readonly ServedName[],
): Graph {
  const graph: Graph = { nodes: [], edges: [] };
  const add = (node: Node, from: string | null, to: string | null = null) => {
    graph.nodes.push(node);
    // Requests go to what nobody looks at.
    const idle = node.state !== 'unchecked' && (node.standing === 'off' || node.standing === 'bad');
    if (from !== null) graph.edges.push({ from, to: node.id, idle });
    if (to !== null) graph.edges.push({ from: node.id, to, idle: false });
  };

  for (const node of nameNodes(service, names)) add(node, null, 'service');
  add(
    {
      id: 'service',
      column: 1,
      title: service.name ?? place(service),
      detail: `${types[service.type]} ${place(service)}`,
      standing: standingOf(statistics?.state),
      lead: null,
    },
    null,
  );
  if (service.redirectPort !== null) add(redirectNode(service.redirectPort), 'service');
  for (const { index, identifier, certificate } of service.challenges) {
    const detail = `challenge ${index}, answered here`;
    add(
      { id: `sub-${index}`, column: 2, title: identifier, detail, standing: 'busy', lead: { certificate } },
      'service',
    );
  }
  for (const sub of service.subVirtualServices) {
    const seen = statistics?.subVirtualServices.find(({ index }) => index === sub.index);
    add(subNode(sub, seen?.state), 'service');
    for (const node of serverNodes(sub, seen?.realServers, `sub-${sub.index}`)) add(node, `sub-${sub.index}`);
  }
  for (const node of serverNodes(service, statistics?.realServers, 'real-servers')) add(node, 'service');
  return graph;
}

function nameNodes({ type }: VirtualService, names: readonly ServedName[]): Node[] {
  const common = { column: 0 } as const;
  if (names.length === 0) {
    const detail = type === 'https' ? 'no certificate is assigned' : 'whatever clients ask for';
    const standing = type === 'https' ? 'attention' : 'good';
    return [{ ...common, id: 'name', title: 'Any name', detail, standing, lead: null }];
  }
  return shortened(names).map(({ value, more }, index) =>
    value
      ? {
          ...{ ...common, id: `name-${index}`, title: value.name, detail: `certificate ${value.certificate}` },
          standing: value.standing,
          lead: { certificate: value.certificate },
        }
      : {
          ...common,
          id: `name-${index}`,
          title: `and ${more} more names`,
          detail: '',
          standing: 'off',
          lead: { anchor: 'certificates' },
        },
  );
}

function redirectNode(port: number): Node {
  const detail = 'clients ask again there';
  return { id: 'redirect', column: 2, title: `HTTPS on port ${port}`, detail, standing: 'good', lead: null };
}

function subNode({ index, name, contentRules }: SubVirtualService, state: State | undefined): Node {
  const detail = contentRules.length === 0 ? 'what no other one takes' : `rules ${contentRules.join(', ')}`;
  const title = name ?? `Sub virtual service ${index}`;
  return {
    id: `sub-${index}`,
    column: 2,
    title,
    detail,
    standing: standingOf(state),
    state,
    lead: { anchor: `sub-${index}` },
  };
}

function serverNodes(
  { index: pool, realServers }: { index: number; realServers: readonly RealServer[] },
  statistics: readonly RealServerStatistics[] | undefined,
  anchor: string,
): Node[] {
  return shortened(realServers).map(({ value, more }) => {
    const common = { id: `server-${pool}-${value?.index ?? 'more'}`, column: 3, lead: { anchor } } as const;
    if (!value) return { ...common, title: `and ${more} more`, detail: '', standing: 'off' };
    const state = statistics?.find(({ index }) => index === value.index)?.state;
    const drains = value.weight === 0 && state === 'up';
    const detail = `${drains ? 'draining' : (state ?? 'not read yet')}, weight ${value.weight}`;
    return { ...common, title: place(value), detail, standing: drains ? 'attention' : standingOf(state), state };
  });
}

/** All, or the first ones and how many more there are. */
function shortened<T>(values: readonly T[]): ({ value: T; more: 0 } | { value: null; more: number })[] {
  const shown = values.length > most ? values.slice(0, most - 1) : values;
  const more = values.length - shown.length;
  return [...shown.map(value => ({ value, more: 0 }) as const), ...(more > 0 ? [{ value: null, more }] : [])];
}
