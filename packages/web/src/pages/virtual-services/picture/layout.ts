import type { Edge, Graph, Node } from './graph.js';

/** In pixels: a node's box, and what is between boxes. */
export const box = { width: 220, height: 42 } as const;
const gap = { x: 60, y: 12 } as const;

interface Placed<T> {
  of: T;
  x: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  nodes: Placed<Node>[];
  /** As the `d` of an SVG path. */
  edges: { of: Edge; path: string }[];
}

/**
 * Places a graph in columns from left to right; a column that nothing stands in takes no room. Behind the virtual service
 * each leaf has a row of its own, and what leads to several stands in their middle, as does the virtual service itself
 * beside its names.
 */
export function layoutOf({ nodes, edges }: Graph): Layout {
  const columns = [...new Set(nodes.map(({ column }) => column))].sort((left, right) => left - right);
  const rows = rowsOf({ nodes, edges });
  const placed = nodes.map(node => ({
    of: node,
    x: columns.indexOf(node.column) * (box.width + gap.x),
    y: (rows.get(node.id) ?? 0) * (box.height + gap.y),
  }));
  const at = new Map(placed.map(one => [one.of.id, one]));
  return {
    width: columns.length * (box.width + gap.x) - gap.x,
    height: Math.max(...placed.map(({ y }) => y)) + box.height,
    nodes: placed,
    edges: edges.map(edge => ({ of: edge, path: pathOf(at.get(edge.from), at.get(edge.to)) })),
  };
}

/** In which row each node stands, by id, counted from 0; a half is between two. */
function rowsOf({ nodes, edges }: Graph): Map<string, number> {
  const rows = new Map<string, number>();
  const children = (id: string) => edges.filter(({ from }) => from === id).map(({ to }) => to);
  let leaves = 0;
  const stand = (id: string): number => {
    const below = children(id).map(stand);
    const row = below.length === 0 ? leaves++ : ((below[0] ?? 0) + (below.at(-1) ?? 0)) / 2;
    rows.set(id, row);
    return row;
  };
  const service = stand('service');
  const names = nodes.filter(({ column }) => column === 0);
  const first = service - (names.length - 1) / 2;
  for (const [index, { id }] of names.entries()) rows.set(id, first + index);
  // More names than leaves reach above the first row: everything moves down.
  const above = Math.min(0, first);
  return new Map([...rows].map(([id, row]) => [id, row - above]));
}

/** From the right side of one box to the left side of another. */
function pathOf(from: Placed<Node> | undefined, to: Placed<Node> | undefined): string {
  if (!from || !to) throw new Error('An edge of the picture leads to a node that is not there.');
  const [x1, y1] = [from.x + box.width, from.y + box.height / 2];
  const [x2, y2] = [to.x, to.y + box.height / 2];
  const middle = x2 - gap.x / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/** As much of a text as fits into a box: about so many letters. */
export function cut(text: string, letters = 29): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
