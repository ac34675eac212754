import {
  CertificateHealth,
  type CertificateSource,
  type CertificateStatus,
  operations,
  type RequestStatus,
} from '@certfleet/contract';
import { Button, Collapse, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { healthWords } from '../../parts/status.js';
import { read } from '../../query.js';
import { type CertificateFilter, narrowedBy } from './filter.js';

const healths = CertificateHealth.options.map(value => ({ value, label: healthWords[value].word }));
const sources: { value: CertificateSource; label: string }[] = [
  { value: 'acme', label: 'kept valid by a policy' },
  { value: 'imported', label: 'imported' },
];
const statuses: { value: CertificateStatus; label: string }[] = [
  { value: 'pending', label: 'nothing issued yet' },
  { value: 'valid', label: 'valid' },
  { value: 'failing', label: 'last attempt failed' },
  { value: 'expired', label: 'expired' },
  { value: 'revoked', label: 'revoked' },
];
const requests: { value: RequestStatus; label: string }[] = [
  { value: 'pending', label: 'to be issued' },
  { value: 'available', label: 'issued once' },
  { value: 'failed', label: 'failed' },
  { value: 'renewed', label: 'renewed' },
];

interface FiltersProps {
  filter: CertificateFilter;
  change: (change: { [Key in keyof CertificateFilter]?: CertificateFilter[Key] | undefined }) => void;
}

/** What the table is narrowed to. */
export function Filters({ filter, change }: FiltersProps) {
  const { search: _, health: __, ...rest } = filter;
  const [isOpen, { toggle }] = useDisclosure(narrowedBy(rest) !== null);
  const { data: policies } = useQuery(read(operations.policy.list, { query: { limit: 1000 } }));
  const { data: accounts } = useQuery({
    ...read(operations.account.list, { query: { limit: 1000 } }),
    enabled: isOpen,
  });
  const names = policies?.items.map(({ name }) => name) ?? [];
  return (
    <>
      <Group gap="sm">
        <LateText label="Search in names" value={filter.search} change={search => change({ search })} />
        <Choice
          label="Health"
          any="Any health"
          data={healths}
          value={filter.health}
          change={health => change({ health })}
        />
        <Button variant="default" onClick={toggle} aria-expanded={isOpen} aria-controls="more-filters">
          {isOpen ? 'Fewer filters' : 'More filters'}
        </Button>
        {narrowedBy(filter) && (
          <Button
            variant="subtle"
            onClick={() => change(Object.fromEntries((narrowedBy(filter) ?? []).map(key => [key, undefined])))}
          >
            Show all
          </Button>
        )}
      </Group>
      <Collapse expanded={isOpen} id="more-filters">
        <Group gap="sm">
          <Choice
            label="Policy"
            any="Any policy"
            data={names.map(value => ({ value, label: value }))}
            value={filter.policy}
            change={policy => change({ policy })}
          />
          <Choice
            label="Account"
            any="Any account"
            data={(accounts?.items ?? []).map(({ name }) => ({ value: name, label: name }))}
            value={filter.account}
            change={account => change({ account })}
          />
          <TextInput
            type="date"
            aria-label="Expires before"
            title="Expires before this day"
            value={filter.expiresBefore?.slice(0, 10) ?? ''}
            onChange={({ currentTarget: { value } }) =>
              change({ expiresBefore: value === '' ? undefined : `${value}T00:00:00Z` })
            }
          />
          <LateText label="Label" hint="key or key=value" value={filter.label} change={label => change({ label })} />
          <Choice
            label="Source"
            any="Any source"
            data={sources}
            value={filter.source}
            change={source => change({ source })}
          />
          <Choice
            label="Status"
            any="Any status"
            data={statuses}
            value={filter.status}
            change={status => change({ status })}
          />
          <Choice
            label="Request"
            any="Any request"
            data={requests}
            value={filter.request}
            change={request => change({ request })}
          />
        </Group>
      </Collapse>
    </>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  /** What stands there while nothing is chosen. */
  any: string;
  data: readonly { value: T; label: string }[];
  value: T | undefined;
  change: (value: T | undefined) => void;
}

function Choice<T extends string>({ label, any, data, value, change }: ChoiceProps<T>) {
  return (
    <Select
      aria-label={label}
      placeholder={any}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': `Any ${label.toLowerCase()}` }}
      w={180}
      data={[...data]}
      value={value ?? null}
      onChange={chosen => change(data.find(one => one.value === chosen)?.value)}
    />
  );
}

interface LateTextProps {
  label: string;
  hint?: string;
  value: string | undefined;
  change: (value: string | undefined) => void;
}

/** A text that counts when nothing more is typed for a moment. */
function LateText({ label, hint = label, value, change }: LateTextProps) {
  const [text, setText] = useState(value ?? '');
  const later = useDebouncedCallback((typed: string) => change(typed === '' ? undefined : typed), 150);
  // The address may change by itself: by a link, or by going back.
  useEffect(() => setText(value ?? ''), [value]);
  return (
    <TextInput
      aria-label={label}
      placeholder={hint}
      type="search"
      w={220}
      value={text}
      onChange={event => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
    />
  );
}
