import { Container, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { RegisterForm } from '../pages/accounts/register-form.js';
import { Brand } from '../parts/brand.js';
import { GoButton } from '../parts/go.js';
import { Loading } from '../parts/loading.js';
import { Mark } from '../parts/mark.js';
import { ProblemAlert } from '../parts/problem-alert.js';
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
  { step: 'certificate', title: 'Your first certificate', about: 'Its names, and where it is to be served.' },
];

/**
 * What comes after the first administrator, one step at a time. Where it stands follows from what there is, so a reload,
 * or another browser, goes on there; a step that is left for later is passed over by the address alone.
 */
export function FirstStart() {
  const { step: asked } = route.useSearch();
  const { missing, error } = useFirstSteps();
  /** The step whose form was sent. What it makes is listed before the server says that it works, and may be taken back. */
  const [sent, setSent] = useState<{ step: FirstStep; asked: FirstStep | undefined } | null>(null);
  useEffect(() => {
    document.title = 'First steps · Certfleet';
  }, []);
  if (!missing) return error ? <ProblemAlert error={error} /> : <Loading what="what there is" />;
  const held = sent !== null && sent.asked === asked ? sent.step : undefined;
  const toDo = (step: FirstStep) => step === held || missing.includes(step);
  const present = held ?? asked ?? missing[0] ?? 'certificate';
  const index = steps.findIndex(({ step }) => step === present);
  const later = steps[index + 1]?.step;
  const leftOut = steps.slice(0, index).filter(({ step }) => toDo(step));
  return (
    <main className="first-start">
      <Container size="sm" py="xl">
        <Stack gap="lg">
          <Brand />
          <Group justify="space-between">
            <Title order={1} size="h2">
              First steps
            </Title>
            <GoButton to="/" variant="default">
              Leave all for later
            </GoButton>
          </Group>
          <Stack component="ol" gap="xs" className="steps below" aria-label="First steps">
            {steps.map(({ step, title }) => (
              <Group key={step} component="li" gap="xs" {...(step === present ? { 'aria-current': 'step' } : {})}>
                <Mark standing={toDo(step) ? 'off' : 'good'}>{toDo(step) ? 'to do' : 'done'}</Mark>
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
              {present === 'certificate' && leftOut.map(one => <LeftOut key={one.step} {...one} />)}
              {toDo(present) ? (
                <div onSubmitCapture={() => setSent({ step: present, asked })}>
                  <Form step={present} onDone={() => setSent(null)} />
                </div>
              ) : (
                <Text fw={600}>There is one already.</Text>
              )}
              {later !== undefined && (
                <Group justify="flex-end">
                  <GoButton to="/setup" search={{ step: later }} variant={toDo(present) ? 'default' : 'filled'}>
                    {toDo(present) ? 'Leave it for later' : 'Next'}
                  </GoButton>
                </Group>
              )}
            </Stack>
          </Paper>
        </Stack>
      </Container>
    </main>
  );
}

/** A step that was left for later, without which no certificate is issued. */
function LeftOut({ step, title }: { step: FirstStep; title: string }) {
  return (
    <Group>
      <Text>It needs what was left for later: {title.toLowerCase()}.</Text>
      <GoButton to="/setup" search={{ step }} size="xs" variant="default">
        {title}
      </GoButton>
    </Group>
  );
}

function Form({ step, onDone: end }: { step: FirstStep; onDone: () => void }) {
  const navigate = route.useNavigate();
  const onDone = () => {
    end();
    // What is missing next follows from what there is.
    return navigate({ search: {} });
  };
  switch (step) {
    case 'account':
      return <RegisterForm onDone={onDone} />;
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
