import type { CertificateHealth, Overview } from '@certfleet/contract';
import { Group, Paper, SimpleGrid, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Go } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Section } from '../../parts/page.js';
import { healthWords } from '../../parts/status.js';
import { troubles } from './troubles.js';

/** What is well and what goes on first, then what is not well. */
const order: readonly CertificateHealth[] = [
  'healthy',
  'due',
  'in-progress',
  'needs-person',
  'failing',
  'not-deployed',
  'expired',
  'revoked',
];

/** How many certificates are how, each number a way to them; and what else is not well. */
export function Counts({ overview }: { overview: Overview }) {
  const { total } = overview.certificates;
  return (
    <Section
      title="Certificates"
      actions={
        <Go to="/certificates">
          All {total.toLocaleString()} certificate{total === 1 ? '' : 's'}
        </Go>
      }
    >
      <SimpleGrid cols={{ base: 2, sm: 4, xl: 8 }} spacing="xs">
        {order.map(health => (
          <Count key={health} health={health} count={overview.certificates[health]} />
        ))}
      </SimpleGrid>
      <Others overview={overview} />
    </Section>
  );
}

function Count({ health, count }: { health: CertificateHealth; count: number }) {
  const { word, standing } = healthWords[health];
  return (
    <Paper
      withBorder
      p="sm"
      c="inherit"
      td="none"
      renderRoot={props => <Link to="/certificates" search={{ health }} {...props} />}
    >
      <Text span display="block" fz={28} fw={600} lh={1.2} c={count === 0 ? 'dimmed' : 'inherit'}>
        {count.toLocaleString()}
      </Text>
      <Mark standing={count === 0 ? 'off' : standing}>{word}</Mark>
    </Paper>
  );
}

function Others({ overview }: { overview: Overview }) {
  const found = troubles(overview);
  if (found.length === 0) return null;
  return (
    <Group component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }} aria-label="What else is not well">
      {found.map(({ text, to, standing }) => (
        <li key={text}>
          <Go to={to} underline="never">
            <Mark standing={standing}>{text}</Mark>
          </Go>
        </li>
      ))}
    </Group>
  );
}
