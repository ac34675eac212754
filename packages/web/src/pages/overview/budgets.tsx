import type { AccountBudget, RateBudget } from '@certfleet/contract';
import { Progress, Text } from '@mantine/core';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { scarcest, windowOf } from './scarcest.js';

/** What the CAs still let the accounts do, the scarcest first. */
export default function Budgets({ accounts }: { accounts: readonly AccountBudget[] }) {
  const { shown, hidden, unlimited } = scarcest(accounts);
  return (
    <Section
      title="What is left of the CAs' limits"
      about="As far as it is known here: orders by other clients of the same account count at the CA as well."
    >
      <Few
        label="Limits of the CAs"
        rows={shown}
        columns={[
          {
            title: 'Account',
            cell: ({ account: name }) => (
              <Go to="/accounts/$name" params={{ name }}>
                {name}
              </Go>
            ),
          },
          { title: 'Limit on', cell: limitOf },
          {
            title: 'Left',
            cell: ({ left, count, windowSeconds }) => (
              <>
                <Progress
                  value={(100 * left) / count}
                  color={left === 0 ? 'red' : left / count < 0.2 ? 'yellow' : 'teal'}
                  aria-hidden
                  mb={4}
                />
                {left.toLocaleString('en')} of {count.toLocaleString('en')} in {windowOf(windowSeconds)}
              </>
            ),
          },
          {
            title: 'Next one possible',
            cell: ({ nextAt }) => (nextAt === null ? 'now' : <Moment at={nextAt} as="distance" />),
          },
        ]}
        keyOf={({ account, limit, of }) => `${account} ${limit} ${of}`}
        empty="No limits are known for the CAs of these accounts."
      />
      {hidden > 0 && (
        <Text size="sm">
          {hidden} other limit{hidden === 1 ? ' has' : 's have'} more left: each account's page shows its own.
        </Text>
      )}
      {shown.length > 0 && unlimited.length > 0 && (
        <Text size="sm" className="breaks">
          No limits are known for {unlimited.join(', ')}.
        </Text>
      )}
    </Section>
  );
}

function limitOf({ limit, of }: RateBudget): string {
  return limit === 'newOrdersPerAccount' ? 'new orders' : `certificates for ${of}`;
}
