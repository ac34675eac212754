import {
  CertificateHealth,
  type CertificateSource,
  type CertificateStatus,
  operations,
  type RequestStatus,
} from '@certfleet/contract';
import { Button, Collapse, Group, Select, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { fieldDay, startOf } from '../../parts/field-time.js';
import { LateText } from '../../parts/late-text.js';
import { NamePicker } from '../../parts/name-picker.js';
import type { NamedList } from '../../parts/named.js';
import { healthWords } from '../../parts/status.js';
import { useUtc } from '../../parts/times.js';
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
export function Filters(props: FiltersProps) {
  const { filter, change } = props;
  const { search: _, health: __, ...rest } = filter;
  const [isUtc] = useUtc();
  const [isOpen, { toggle }] = useDisclosure(narrowedBy(rest) !== null);
  return (
    <>
      <Group gap="sm" align="flex-end">
        <LateText label="Search in names" type="search" value={filter.search} change={search => change({ search })} />
        <Choice label="Health" of="health" data={healths} {...props} />
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
        <Group gap="sm" align="flex-end">
          <NameChoice label="Policy" of="policy" operation={operations.policy.list} {...props} />
          <NameChoice label="Account" of="account" operation={operations.account.list} {...props} />
          <NameChoice label="Target" of="target" operation={operations.target.list} {...props} />
          <TextInput
            type="date"
            label={`Expires before${isUtc ? ' (UTC)' : ''}`}
            value={fieldDay(filter.expiresBefore, isUtc)}
            onChange={({ currentTarget: { value } }) => change({ expiresBefore: startOf(value, isUtc) })}
          />
          <LateText
            label="Label"
            type="search"
            hint="key or key=value"
            value={filter.label}
            change={label => change({ label })}
          />
          <Choice label="Source" of="source" data={sources} {...props} />
          <Choice label="Status" of="status" data={statuses} {...props} />
          <Choice label="Request" of="request" data={requests} {...props} />
        </Group>
      </Collapse>
    </>
  );
}

interface NameChoiceProps extends FiltersProps {
  label: string;
  of: 'policy' | 'account' | 'target';
  operation: NamedList;
}

/** One thing by its name, or any. */
function NameChoice({ label, of, operation, filter, change }: NameChoiceProps) {
  const any = `Any ${label.toLowerCase()}`;
  return (
    <NamePicker
      label={label}
      operation={operation}
      placeholder={any}
      clearable
      clearButtonProps={{ 'aria-label': any }}
      w={180}
      value={filter[of] ?? null}
      onChange={chosen => change({ [of]: chosen ?? undefined })}
    />
  );
}

interface ChoiceProps<K extends keyof CertificateFilter> extends FiltersProps {
  label: string;
  of: K;
  data: readonly { value: CertificateFilter[K] & string; label: string }[];
}

/** One of a few values of one filter, or any. */
function Choice<K extends keyof CertificateFilter>({ label, of, data, filter, change }: ChoiceProps<K>) {
  const any = `Any ${label.toLowerCase()}`;
  return (
    <Select
      label={label}
      placeholder={any}
      clearable
      searchable
      clearButtonProps={{ 'aria-label': any }}
      w={180}
      data={[...data]}
      value={filter[of] ?? null}
      onChange={chosen => change({ [of]: chosen ?? undefined })}
    />
  );
}
