import type { Event } from '@certfleet/contract';
import { Button, Collapse, Group, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { fieldTime, momentOf } from '../../parts/field-time.js';
import { LateText } from '../../parts/late-text.js';
import { useUtc } from '../../parts/times.js';
import { type EventFilter, nothingOf } from './filter.js';
import { nouns } from './nouns.js';

const outcomes: { value: Event['outcome']; label: string }[] = [
  { value: 'succeeded', label: 'succeeded' },
  { value: 'failed', label: 'failed' },
  { value: 'intended', label: 'intended' },
];

type Change = { [Key in keyof EventFilter]?: EventFilter[Key] | undefined };

interface FiltersProps {
  filter: EventFilter;
  change: (change: Change) => void;
}

/** What the list is narrowed to. */
export function Filters({ filter, change }: FiltersProps) {
  const [isUtc] = useUtc();
  const zone = isUtc ? ' (UTC)' : '';
  const { search, outcome, ...others } = filter;
  const isSet = (part: object) => Object.values(part).some(value => value !== undefined);
  const [isOpen, { toggle }] = useDisclosure(isSet(others));
  return (
    <div>
      <Group gap="sm" align="end">
        <LateText label="Text" type="search" value={search} change={search => change({ search })} />
        <Select
          label="Outcome"
          placeholder="Any"
          clearable
          clearButtonProps={{ 'aria-label': 'Any outcome' }}
          w={150}
          data={outcomes}
          value={outcome ?? null}
          onChange={chosen => change({ outcome: outcomes.find(({ value }) => value === chosen)?.value })}
        />
        <Button variant="default" onClick={toggle} aria-expanded={isOpen} aria-controls="more-filters">
          {isOpen ? 'Fewer filters' : 'More filters'}
        </Button>
        {isSet(filter) && (
          <Button variant="subtle" onClick={() => change(nothingOf(filter))}>
            Show all
          </Button>
        )}
      </Group>
      <Collapse expanded={isOpen} id="more-filters">
        <Group gap="sm" align="end" mt="sm">
          <LateText
            label="About"
            hint="certificate:www"
            value={filter.subject}
            change={subject => change({ subject })}
          />
          <LateText
            label="Action"
            hint="certificate.issued"
            value={filter.action}
            change={action => change({ action })}
            data={nouns}
          />
          <LateText label="Who" hint="user:alice" value={filter.actor} change={actor => change({ actor })} />
          <LateText
            label={`From${zone}`}
            type="datetime-local"
            value={fieldTime(filter.since, isUtc)}
            change={local => change({ since: momentOf(local ?? '', isUtc) })}
          />
          <LateText
            label={`Until${zone}`}
            type="datetime-local"
            value={fieldTime(filter.until, isUtc)}
            change={local => change({ until: momentOf(local ?? '', isUtc) })}
          />
        </Group>
      </Collapse>
    </div>
  );
}
