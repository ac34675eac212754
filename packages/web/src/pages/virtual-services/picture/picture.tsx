import { List, Text } from '@mantine/core';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react';
import { Go } from '../../../parts/go.js';
import { looks } from '../../../parts/mark.js';
import type { Graph, Node } from './graph.js';
import { box, cut, layoutOf } from './layout.js';

type SvgLinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> };
const SvgAnchor = (props: SvgLinkProps) => <a {...props} />;
/** The keyboard and those who hear the page have the list, which has the same links. */
const SvgLink: LinkComponent<typeof SvgAnchor> = createLink(SvgAnchor);

interface PictureProps {
  graph: Graph;
  /** Of the virtual service, as its page's address has it. */
  index: string;
}

/** The graph as a picture, which scrolls in a box of its own where the screen is narrow. */
export function Picture({ graph, index }: PictureProps) {
  const { width, height, nodes, edges } = layoutOf(graph);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
    <section className="picture" tabIndex={0} aria-label="Picture of how requests go; the list below says the same">
      <svg width={width + 4} height={height + 4} viewBox={`-2 -2 ${width + 4} ${height + 4}`} aria-hidden="true">
        {edges.map(({ of, path }) => (
          <path key={`${of.from} ${of.to}`} d={path} className={of.idle ? 'idle' : ''} />
        ))}
        {nodes.map(({ of, x, y }) => (
          <g key={of.id} transform={`translate(${x} ${y})`}>
            <Leading node={of} index={index}>
              <Box node={of} />
            </Leading>
          </g>
        ))}
      </svg>
    </section>
  );
}

function Leading({ node: { lead }, index, children }: { node: Node; index: string; children: ReactNode }) {
  if (lead === null) return children;
  if ('certificate' in lead) {
    return (
      <SvgLink to="/certificates/$name" params={{ name: lead.certificate }} tabIndex={-1}>
        {children}
      </SvgLink>
    );
  }
  return (
    <SvgLink to="/virtual-services/$id" params={{ id: index }} hash={lead.anchor} tabIndex={-1}>
      {children}
    </SvgLink>
  );
}

function Box({ node: { title, detail, standing } }: { node: Node }) {
  const { color, sign } = looks[standing];
  return (
    <>
      <title>{`${title} ${detail}`}</title>
      <rect width={box.width} height={box.height} rx={6} />
      <rect width={5} height={box.height} rx={2} style={{ fill: `var(--mantine-color-${color}-6)`, stroke: 'none' }} />
      <g className="cut">
        <text x={15} y={18}>
          {cut(title)}
        </text>
        <text x={15} y={34} className="detail">
          {cut(detail, 34)}
        </text>
      </g>
      <text x={box.width - 10} y={18} textAnchor="end">
        {sign}
      </text>
    </>
  );
}

/** What the picture shows, for those who can't see it, and for the keyboard. */
export function PictureAsList({ graph, index }: PictureProps) {
  const service = graph.nodes.find(({ id }) => id === 'service');
  return (
    <details>
      <summary>The same as a list</summary>
      <List size="sm" mt="xs" aria-label="How requests go">
        {graph.nodes
          .filter(({ column }) => column === 0)
          .map(node => (
            <List.Item key={node.id}>
              Asked for: <NodeInWords node={node} index={index} />
            </List.Item>
          ))}
        {service && (
          <List.Item>
            Taken by: <NodeInWords node={service} index={index} />
            <Behind graph={graph} of="service" index={index} />
          </List.Item>
        )}
      </List>
    </details>
  );
}

function Behind({ graph, of, index }: PictureProps & { of: string }) {
  const ids = new Set(graph.edges.filter(({ from }) => from === of).map(({ to }) => to));
  if (ids.size === 0) return null;
  return (
    <List size="sm" withPadding>
      {graph.nodes
        .filter(({ id }) => ids.has(id))
        .map(node => (
          <List.Item key={node.id}>
            <NodeInWords node={node} index={index} />
            <Behind graph={graph} of={node.id} index={index} />
          </List.Item>
        ))}
    </List>
  );
}

const words = { good: 'well', busy: 'under way', attention: 'needs attention', bad: 'does not work', off: 'off' };

function NodeInWords({ node: { title, detail, standing, lead }, index }: { node: Node; index: string }) {
  const rest = <Text span c="dimmed">{` ${[detail, words[standing]].filter(Boolean).join(', ')}`}</Text>;
  if (lead === null) {
    return (
      <>
        {title}
        {rest}
      </>
    );
  }
  return (
    <>
      {'certificate' in lead ? (
        <Go to="/certificates/$name" params={{ name: lead.certificate }}>
          {title}
        </Go>
      ) : (
        <Go to="/virtual-services/$id" params={{ id: index }} hash={lead.anchor}>
          {title}
        </Go>
      )}
      {rest}
    </>
  );
}
