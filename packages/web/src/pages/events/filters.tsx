import type { Event } from '@certfleet/contract';
import { Autocomplete, Button, Collapse, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { type EventFilter, localOf, momentOf, nothingOf } from './filter.js';

/** What most events are about: an action without what happened finds all that happens to things of the kind. */
const nouns = [
  'account',
  'certificate',
  'channel',
  'content-rule',
  'deployment',
  'domain',
  'intermediate',
  'loadmaster',
  'policy',
  'session',
  'solver',
  'system',
  'target',
  'token',
  'user',
  'virtual-service',
];

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
  const { search, outcome, ...others } = filter;
  const isSet = (part: object) => Object.values(part).some(value => value !== undefined);
  const [isOpen, { toggle }] = useDisclosure(isSet(others));
  return (
    <div>
      <Group gap="sm" align="end">
        <LateText label="Text" value={search} change={search => change({ search })} type="search" />
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
            label="From"
            type="datetime-local"
            value={localOf(filter.since)}
            change={local => change({ since: momentOf(local ?? '') })}
          />
          <LateText
            label="Until"
            type="datetime-local"
            value={localOf(filter.until)}
            change={local => change({ until: momentOf(local ?? '') })}
          />
        </Group>
      </Collapse>
    </div>
  );
}

interface LateTextProps {
  label: string;
  hint?: string;
  type?: 'search' | 'datetime-local';
  /** Suggestions. */
  data?: readonly string[];
  value: string | undefined;
  change: (value: string | undefined) => void;
}

/** A text that counts when nothing more is typed for a moment. */
function LateText({ label, hint, type, data, value = '', change }: LateTextProps) {
  const [text, setText] = useState(value);
  const later = useDebouncedCallback((typed: string) => change(typed === '' ? undefined : typed), 250);
  // The address may change by itself: by a link, or by going back.
  useEffect(() => setText(value), [value]);
  const set = (typed: string) => {
    setText(typed);
    later(typed);
  };
  const look = { label, w: type === 'datetime-local' ? 210 : 190, value: text, placeholder: hint };
  if (data) return <Autocomplete {...look} data={[...data]} onChange={set} />;
  return <TextInput {...look} type={type} onChange={event => set(event.currentTarget.value)} />;
}
