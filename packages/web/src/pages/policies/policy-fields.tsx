import { KeyAlgorithm, operations, type Policy } from '@certfleet/contract';
import { Autocomplete, NumberInput, Select, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { NameInput } from '../../parts/name-input.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { AccountsInput } from './accounts-input.js';
import { useProfiles } from './profiles.js';

/** What the inputs of a policy hold. */
type PolicyValues = {
  accounts: string[];
  keyAlgorithm: string;
  keyOnRenewal: string;
  /** Empty: by what the CA suggests. */
  renewDaysBefore: number | string;
  profile: string;
  defaultSolver: string;
};

/** What they hold at first: those of a policy, or what is usual (null). */
export function initialPolicy(policy: Policy | null): PolicyValues {
  return {
    accounts: policy?.accounts ?? [],
    keyAlgorithm: policy?.keyAlgorithm ?? 'P-256',
    keyOnRenewal: policy?.keyOnRenewal ?? 'new',
    renewDaysBefore: policy?.renewDaysBefore ?? '',
    profile: policy?.profile ?? '',
    defaultSolver: policy?.defaultSolver ?? '',
  };
}

/** What is sent for what they hold. */
export function policyFields({
  accounts,
  keyAlgorithm,
  keyOnRenewal,
  renewDaysBefore,
  profile,
  defaultSolver,
}: PolicyValues) {
  return {
    accounts,
    keyAlgorithm: keyAlgorithm as KeyAlgorithm,
    keyOnRenewal: keyOnRenewal as Policy['keyOnRenewal'],
    renewDaysBefore: renewDaysBefore === '' ? null : Number(renewDaysBefore),
    profile: profile.trim() || null,
    defaultSolver: defaultSolver.trim() || null,
  };
}

/** The field for a path of what the server refuses. */
export function policyFieldOf(path: string): string {
  return path.replace(/^accounts\..*/, 'accounts');
}

interface PolicyForm {
  // biome-ignore lint/suspicious/noExplicitAny: as Mantine has it
  getInputProps(path: string): any;
}

/** The settings of a policy, new or not. */
export function PolicyFields({ form, values }: { form: PolicyForm; values: PolicyValues }) {
  const profiles = useProfiles(values.accounts[0]);
  return (
    <Stack>
      <AccountsInput {...form.getInputProps('accounts')} />
      <NameInput
        label="Default solver"
        description="Proves the names for which nothing nearer is set. Empty: domains or the certificates have to say it."
        operation={operations.solver.list}
        {...form.getInputProps('defaultSolver')}
      />
      <Select
        label="Key"
        description="Of new certificates, unless they say otherwise."
        allowDeselect={false}
        data={KeyAlgorithm.options}
        maw={360}
        {...form.getInputProps('keyAlgorithm')}
      />
      <Select
        label="Key on renewal"
        allowDeselect={false}
        data={[
          { value: 'new', label: 'A new key each time' },
          { value: 'same', label: 'The same key again' },
        ]}
        maw={360}
        {...form.getInputProps('keyOnRenewal')}
      />
      <Autocomplete
        label="Profile"
        description={
          profiles.length === 0
            ? "One of the CA's profiles. Empty: the CA's own default."
            : `Of the first account's CA: ${profiles.map(({ name, title }) => `${name} (${title})`).join('; ')}. Empty: its default.`
        }
        data={profiles.map(({ name }) => name)}
        spellCheck={false}
        autoComplete="off"
        {...form.getInputProps('profile')}
      />
      <NumberInput
        label="Renew so many days before the end"
        description="Empty: when the CA suggests it (ARI), else when a third of the life is left."
        allowDecimal={false}
        clampBehavior="none"
        min={1}
        max={365}
        maw={360}
        {...form.getInputProps('renewDaysBefore')}
      />
      <Periods days={values.renewDaysBefore} />
    </Stack>
  );
}

/** What a period comes to, while it is typed. */
function Periods({ days }: { days: number | string }) {
  const [typed] = useDebouncedValue(days, 200);
  const isPeriod = typed === '' || (Number(typed) >= 1 && Number(typed) <= 365);
  const { data, error } = useQuery({
    ...read(operations.policy.renewals, { query: typed === '' ? {} : { renewDaysBefore: Number(typed) } }),
    enabled: isPeriod,
    placeholderData: before => before,
  });
  if (error) return <ProblemAlert error={error} />;
  if (!data || !isPeriod) return null;
  return (
    <Few
      label="What it comes to"
      rows={data.items}
      columns={[
        { title: 'Life of the certificate', cell: ({ lifetime }) => lifetime },
        { title: 'Renewed', cell: ({ text }) => text },
      ]}
      keyOf={({ lifetime }) => lifetime}
      empty=""
    />
  );
}
