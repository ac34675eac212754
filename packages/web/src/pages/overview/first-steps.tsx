import { Group, List, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Go } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Section } from '../../parts/page.js';
import { type FirstStep, useFirstSteps } from '../../session/first-steps.js';

/** What has to be there before there can be a certificate, in its order. */
export default function FirstSteps() {
  const { missing } = useFirstSteps();
  const isDone = (step: FirstStep) => missing !== undefined && !missing.includes(step);
  return (
    <Section title="First steps" about="There is no certificate yet. In this order it takes a few minutes.">
      <List type="ordered" spacing="sm" className="sheet">
        <Step isDone={isDone('account')} to="/accounts/-/new" link="Register an account at a CA">
          Who issues the certificates: Let's Encrypt, or another CA that speaks ACME.
        </Step>
        <Step isDone={isDone('proof')} to="/virtual-services" link="Create a virtual service">
          Or <Go to={'/solvers/-/new' as string}>set up a DNS account</Go>: with one of them it is proven that the names
          are yours.
        </Step>
        <Step isDone={isDone('policy')} to="/policies/-/new" link="Create a policy">
          Which account, which key, and when to renew. The policy "default" is used where no other is named.
        </Step>
        <Step isDone={false} to="/request" link="Request a certificate">
          Certfleet then issues it, brings it to where it is served, and renews it.
        </Step>
      </List>
    </Section>
  );
}

function Step({ isDone, to, link, children }: { isDone: boolean; to: string; link: string; children: ReactNode }) {
  return (
    <List.Item>
      <Group gap="xs">
        <Go to={to} fw={600}>
          {link}
        </Go>
        {isDone && <Mark standing="good">done</Mark>}
      </Group>
      {/* Its link keeps its distance from the one above. */}
      <Text size="sm" mt={6}>
        {children}
      </Text>
    </List.Item>
  );
}
