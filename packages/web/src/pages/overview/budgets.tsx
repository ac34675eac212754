import type { AccountBudget, RateBudget } from '@certfleet/contract';
import { Progress, Text } from '@mantine/core';
import { Few } from '../../parts/few.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { scarcest, windowOf } from './scarcest.js';

/** What the CAs still let the accounts do, the scarcest first. */
export function Budgets({ accounts }: { accounts: readonly AccountBudget[] }) {
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
          { title: 'Account', cell: ({ account }) => account },
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
                {left.toLocaleString()} of {count.toLocaleString()} in {windowOf(windowSeconds)}
              </>
            ),
          },
          { title: 'Room', cell: ({ nextAt }) => (nextAt === null ? 'now' : <Moment at={nextAt} as="distance" />) },
        ]}
        keyOf={({ account, limit, of }) => `${account} ${limit} ${of}`}
        empty="No limits are known for the CAs of these accounts."
      />
      {hidden > 0 && <Text size="sm">{hidden} more have more left.</Text>}
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
