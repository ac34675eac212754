import { KeyAlgorithm, operations, type Policy, type Solver } from '@certfleet/contract';
import { NumberInput, Select, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { NamePicker } from '../../parts/name-picker.js';
import { ProfileInput } from '../../parts/profile-input.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { solverText } from '../solvers/words.js';
import { AccountsInput } from './accounts-input.js';

/** What the inputs of a policy hold. */
type PolicyValues = {
  accounts: string[];
  keyAlgorithm: string;
  keyOnRenewal: string;
  /** Empty: by what the CA suggests. */
  renewDaysBefore: number | string;
  profile: string;
  defaultSolver: string | null;
};

/** What they hold at first: those of a policy, or what is usual (null). */
export function initialPolicy(policy: Policy | null): PolicyValues {
  return {
    accounts: policy?.accounts ?? [],
    keyAlgorithm: policy?.keyAlgorithm ?? 'P-256',
    keyOnRenewal: policy?.keyOnRenewal ?? 'new',
    renewDaysBefore: policy?.renewDaysBefore ?? '',
    profile: policy?.profile ?? '',
    defaultSolver: policy?.defaultSolver ?? null,
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
    defaultSolver,
  };
}

interface PolicyForm {
  // biome-ignore lint/suspicious/noExplicitAny: as Mantine has it
  getInputProps(path: string): any;
}

/** The settings of a policy, new or not. */
export function PolicyFields({ form, values }: { form: PolicyForm; values: PolicyValues }) {
  return (
    <Stack>
      <AccountsInput {...form.getInputProps('accounts')} />
      <NamePicker<Solver>
        label="Default solver"
        description="Proves the names for which nothing nearer is set. Empty: domains or the certificates have to say it."
        placeholder="None"
        clearable
        clearButtonProps={{ 'aria-label': 'No default solver' }}
        operation={operations.solver.list}
        remark={solverText}
        {...form.getInputProps('defaultSolver')}
      />
      <Select
        label="Key"
        description="Of new certificates, unless they say otherwise."
        allowDeselect={false}
        data={KeyAlgorithm.options}
        {...form.getInputProps('keyAlgorithm')}
      />
      <Select
        label="Key on renewal"
        allowDeselect={false}
        data={[
          { value: 'new', label: 'A new key each time' },
          { value: 'same', label: 'The same key again' },
        ]}
        {...form.getInputProps('keyOnRenewal')}
      />
      <ProfileInput account={values.accounts[0]} otherwise="the CA's own default" {...form.getInputProps('profile')} />
      <NumberInput
        label="Renew so many days before it expires"
        description="Empty: when the CA suggests it (ARI), else when a third of the life is left, or half of one under ten days."
        allowDecimal={false}
        clampBehavior="none"
        min={1}
        max={365}
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
  const renewals = useQuery({
    ...read(operations.policy.renewals, { query: typed === '' ? {} : { renewDaysBefore: Number(typed) } }),
    enabled: isPeriod,
    placeholderData: before => before,
  });
  if (!isPeriod) return null;
  return (
    <Shown of={renewals}>
      {data => (
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
      )}
    </Shown>
  );
}
