import type { Overview } from '@certfleet/contract';
import { ColorSwatch, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { Few } from '../../parts/few.js';
import { Section } from '../../parts/page.js';
import { WeekChart } from './week-chart.js';
import { dayOf, series, type Week, weeksOf } from './week-sums.js';

/** What the coming weeks bring, as a picture and, for those who can't see it, as a table. */
export default function Weeks({ days }: Pick<Overview, 'days'>) {
  const weeks = weeksOf(days);
  const [pointed, setPointed] = useState<number | null>(null);
  const week = pointed === null ? undefined : weeks[pointed];
  const sum = (key: 'expiring' | 'renewals') => weeks.reduce((all, each) => all + each[key], 0);
  return (
    <Section
      title="The coming 13 weeks"
      about="Renewals are planned orders. What expires does so only if nothing replaces it before."
    >
      <Group gap="lg">
        {series.map(({ key, label, color }) => (
          <Group key={key} gap={6}>
            <ColorSwatch color={`var(${color})`} size={14} withShadow={false} aria-hidden />
            <Text size="sm">
              {label}: {(week ? week[key] : sum(key)).toLocaleString('en')}
            </Text>
          </Group>
        ))}
        <Text size="sm" c="dimmed">
          {week ? `in the week from ${dayOf(week)}` : `in all ${weeks.length} weeks`}
        </Text>
      </Group>
      <div className="sheet">
        <WeekChart weeks={weeks} onPoint={setPointed} />
      </div>
      <details>
        <summary>The same as a table</summary>
        <Few
          label="Expiries and renewals by week"
          rows={weeks}
          columns={[
            { title: 'Week from', cell: dayOf },
            ...series.map(({ key, label }) => ({
              title: label,
              isNumber: true,
              cell: (week: Week) => week[key].toLocaleString('en'),
            })),
          ]}
          keyOf={({ from }) => from}
          empty="Nothing is planned."
        />
      </details>
    </Section>
  );
}
