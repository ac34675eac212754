import type { CertificateHealth, Health, Overview } from '@certfleet/contract';
import { Group, Paper, Progress, SimpleGrid, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Go } from '../../parts/go.js';
import { looks, Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
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
  'unproven',
  'expired',
  'revoked',
];

interface CountsProps {
  overview: Overview;
  health: Health | undefined;
}

/** How many certificates are how, each number a way to them; and what else is not well. */
export function Counts({ overview, health }: CountsProps) {
  const { total } = overview.certificates;
  return (
    <Section
      title="Certificates"
      actions={
        <>
          <Text size="sm" c="dimmed">
            counted <Moment at={overview.at} as="distance" />
          </Text>
          <Go to="/certificates">
            All {total.toLocaleString('en')} certificate{total === 1 ? '' : 's'}
          </Go>
        </>
      }
    >
      <Shares overview={overview} />
      <SimpleGrid cols={{ base: 3, xl: 9 }} spacing="xs">
        {order.map(health => (
          <Count key={health} health={health} count={overview.certificates[health]} />
        ))}
      </SimpleGrid>
      <Others overview={overview} health={health} />
    </Section>
  );
}

function Count({ health, count }: { health: CertificateHealth; count: number }) {
  const { word, standing } = healthWords[health];
  const { color, sign } = looks[standing];
  const standingColor = count === 0 ? 'dimmed' : `var(--mantine-color-${color}-light-color)`;
  return (
    <Paper
      withBorder
      p="xs"
      c="inherit"
      td="none"
      renderRoot={props => <Link to="/certificates" search={{ health }} {...props} />}
    >
      <Text span display="block" fz={28} fw={600} lh={1.2} c={count === 0 ? 'dimmed' : 'inherit'}>
        {count.toLocaleString('en')}{' '}
        <Text span fz="lg" c={standingColor} aria-hidden>
          {count === 0 ? looks.off.sign : sign}
        </Text>
      </Text>
      <Text span display="block" fz={{ base: 12, xs: 13 }} c={standingColor}>
        {word}
      </Text>
    </Paper>
  );
}

/** How much of all each makes up. It is a picture only: the numbers stand below it. */
function Shares({ overview: { certificates } }: { overview: Overview }) {
  return (
    <Progress.Root size="sm" aria-hidden>
      {order.map(health => (
        <Progress.Section
          key={health}
          value={(100 * certificates[health]) / certificates.total}
          color={looks[healthWords[health].standing].color}
        />
      ))}
    </Progress.Root>
  );
}

function Others({ overview, health }: CountsProps) {
  const found = troubles(overview, health);
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
