import { type CertificateProblem, type Overview, operations } from '@certfleet/contract';
import { Group, Paper, Stack, Text } from '@mantine/core';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { Go, GoButton } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { HealthBadge } from '../../parts/status.js';

/** What the button says that leads to where a problem is mended. */
const ways: Record<Exclude<CertificateProblem['action'], 'renew'>, string> = {
  challenges: 'See its challenges',
  deployments: 'See where it is served',
  import: 'Import its next version',
  preflight: 'See what stands in the way',
};

/** What is wrong with certificates, each with why, what to do, and the way there. */
export function Problems({ problems: { total, items } }: Pick<Overview, 'problems'>) {
  return (
    <Section
      title="What needs attention"
      {...(total > items.length
        ? { about: `The ${items.length} most urgent ones of ${total.toLocaleString('en')}.` }
        : {})}
    >
      {total === 0 && (
        <Text>Nothing: every certificate is valid and was read where it is assigned, or is on its way.</Text>
      )}
      <Stack gap="xs" role="list" aria-label="Problems">
        {items.map(problem => (
          <Problem key={problem.certificate} problem={problem} />
        ))}
      </Stack>
    </Section>
  );
}

function Problem({ problem }: { problem: CertificateProblem }) {
  const { certificate: name, health, notAfter, message, remedy, since } = problem;
  return (
    <Paper withBorder p="sm" role="listitem">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} flex="1 1 20rem" miw={0}>
          <Group gap="xs">
            <Go to="/certificates/$name" params={{ name }} fw={600} className="breaks">
              {name}
            </Go>
            <HealthBadge health={health} />
            <Text size="sm" c="dimmed">
              {since && (
                <>
                  since <Moment at={since} as="distance" />
                  {notAfter && ', '}
                </>
              )}
              {notAfter && (
                <>
                  {/^(not-deployed|unproven)$/.test(health) && 'what is served '}
                  {Date.parse(notAfter) > Date.now() ? 'expires ' : 'expired '}
                  <Moment at={notAfter} as="distance" />
                </>
              )}
            </Text>
          </Group>
          <Text size="sm" className="breaks">
            {message}
          </Text>
          <Text size="sm" fw={500} className="breaks">
            {remedy}
          </Text>
        </Stack>
        <Way problem={problem} />
      </Group>
    </Paper>
  );
}

function Way({ problem: { certificate: name, action } }: { problem: CertificateProblem }) {
  const tellAskedFor = useTellAskedFor();
  const renew = useCall(operations.certificate.renew, {
    onDone: () => tellAskedFor(`A new attempt for ${name} was asked for.`),
  });
  return (
    <Stack gap="xs">
      {action !== 'renew' && (
        <GoButton to="/certificates/$name" params={{ name }} size="xs">
          {ways[action]}
        </GoButton>
      )}
      {(action === 'renew' || action === 'preflight') && (
        <ActionButton
          operation={operations.certificate.renew}
          size="xs"
          variant={action === 'renew' ? 'filled' : 'default'}
          loading={renew.isPending}
          onClick={() => renew.mutate({ params: { name } })}
        >
          Try again now
        </ActionButton>
      )}
      {renew.error && <ProblemAlert error={renew.error} />}
    </Stack>
  );
}
