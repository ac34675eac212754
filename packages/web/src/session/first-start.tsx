import { Container, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { GoButton } from '../parts/go.js';
import { Loading } from '../parts/loading.js';
import { Mark } from '../parts/mark.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { AccountStep } from './account-step.js';
import { type FirstStep, useFirstSteps } from './first-steps.js';
import { PolicyStep } from './policy-step.js';
import { ProofStep } from './proof-step.js';

const route = getRouteApi('/setup');

const steps: { step: FirstStep; title: string; about: string }[] = [
  {
    step: 'account',
    title: 'A certificate authority',
    about: 'Who issues your certificates, and whose terms you agree to.',
  },
  {
    step: 'proof',
    title: 'A way to prove names',
    about:
      'The authority asks for a proof that a name is yours: over HTTP, which a virtual service answers, or in DNS.',
  },
  {
    step: 'policy',
    title: 'A policy',
    about: 'What certificates have in common: the account, the kind of key, how names are proven.',
  },
  { step: 'certificate', title: 'Your first certificate', about: 'Everything it needs is there.' },
];

/**
 * What comes after the first administrator, one step at a time. Where it stands follows from what there is, so a reload,
 * or another browser, goes on there; a step that is left for later is passed over by the address alone.
 */
export function FirstStart() {
  const { step: asked } = route.useSearch();
  const { missing, error } = useFirstSteps();
  useEffect(() => {
    document.title = 'First steps · Certfleet';
  }, []);
  if (!missing) return error ? <ProblemAlert error={error} /> : <Loading what="what there is" />;
  const present = asked ?? missing[0] ?? 'certificate';
  const index = steps.findIndex(({ step }) => step === present);
  const later = steps[index + 1]?.step;
  return (
    <Container component="main" size="sm" py="xl">
      <Stack gap="lg">
        <Group justify="space-between">
          <Title order={1} size="h2">
            First steps
          </Title>
          <GoButton to="/" variant="subtle">
            Leave all for later
          </GoButton>
        </Group>
        <Stack component="ol" gap="xs" className="steps" aria-label="First steps">
          {steps.map(({ step, title }) => (
            <Group key={step} component="li" gap="xs" {...(step === present ? { 'aria-current': 'step' } : {})}>
              <Mark standing={missing.includes(step) ? 'off' : 'good'}>
                {missing.includes(step) ? 'to do' : 'done'}
              </Mark>
              <Text {...(step === present ? { fw: 700 } : {})}>{title}</Text>
            </Group>
          ))}
        </Stack>
        <Paper withBorder p="lg" radius="md" component="section" aria-label={steps[index]?.title ?? ''}>
          <Stack>
            <Title order={2} size="h3">
              {steps[index]?.title}
            </Title>
            <Text>{steps[index]?.about}</Text>
            {missing.includes(present) ? <Form step={present} /> : <Text fw={600}>There is one already.</Text>}
            {later !== undefined && (
              <Group justify="flex-end">
                <GoButton
                  to="/setup"
                  search={{ step: later }}
                  variant={missing.includes(present) ? 'subtle' : 'filled'}
                >
                  {missing.includes(present) ? 'Leave it for later' : 'Next'}
                </GoButton>
              </Group>
            )}
          </Stack>
        </Paper>
      </Stack>
    </Container>
  );
}

function Form({ step }: { step: FirstStep }) {
  const navigate = route.useNavigate();
  // What is missing next follows from what there is.
  const onDone = () => navigate({ search: {} });
  switch (step) {
    case 'account':
      return <AccountStep onDone={onDone} />;
    case 'proof':
      return <ProofStep onDone={onDone} />;
    case 'policy':
      return <PolicyStep onDone={onDone} />;
    case 'certificate':
      return (
        <Group>
          <GoButton to="/request">Request your first certificate</GoButton>
          <GoButton to="/" variant="default">
            To the overview
          </GoButton>
        </Group>
      );
  }
}
