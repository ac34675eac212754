import { type Overview, operations } from '@certfleet/contract';
import { Group, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Go } from '../../parts/go.js';
import { Mark } from '../../parts/mark.js';
import { Section } from '../../parts/page.js';
import { read } from '../../query.js';

/** What has to be there before there can be a certificate, in its order. */
export function FirstSteps({ overview: { accounts, virtualServices, solvers } }: { overview: Overview }) {
  const { data: policies } = useQuery(read(operations.policy.list, { query: { limit: 1 } }));
  const canProve = virtualServices.total > 0 || solvers.total > 0;
  const hasPolicy = policies ? policies.items.length > 0 : false;
  return (
    <Section title="First steps" about="There is no certificate yet. In this order it takes a few minutes.">
      <List type="ordered" spacing="sm">
        <Step isDone={accounts.length > 0} to="/accounts/new" link="Register an account at a CA">
          Who issues the certificates: Let's Encrypt, or another CA that speaks ACME.
        </Step>
        <Step isDone={canProve} to="/virtual-services" link="Make a virtual service">
          Or <Go to={'/solvers/new' as string}>set up a DNS account</Go>: with one of them it is proven that the names
          are yours.
        </Step>
        <Step isDone={hasPolicy} to="/policies/new" link="Make a policy">
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
      <Text size="sm">{children}</Text>
    </List.Item>
  );
}
