import { operations } from '@certfleet/contract';
import { Autocomplete, type AutocompleteProps, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { readOutside } from '../query.js';
import { useRefusal } from '../session/session.js';

interface ProfileInputProps extends Omit<AutocompleteProps, 'data' | 'label' | 'description'> {
  /** Whose CA's profiles are offered: the first of the policy. */
  account: string | undefined;
  /** What counts if it stays empty: `the policy's, tlsserver`. */
  otherwise: string;
}

/** One of the profiles of a CA (draft-ietf-acme-profiles), which says of each what it is. Any other can be typed. */
export function ProfileInput({ account, otherwise, ...props }: ProfileInputProps) {
  const profiles = useProfiles(account);
  const names = Object.keys(profiles);
  return (
    <Autocomplete
      label="ACME profile"
      description={`${names.length === 0 ? 'As the CA calls it' : `Of ${account}: ${names.join(', ')}`}. Left empty: ${otherwise}.`}
      spellCheck={false}
      autoComplete="off"
      maxLength={100}
      {...props}
      data={names}
      // They are few, and all of them are to be seen when one is typed already.
      filter={({ options }) => options}
      renderOption={({ option: { value } }) => (
        <Stack gap={0}>
          <Text size="sm">{value}</Text>
          <Text size="xs" c="dimmed" className="breaks">
            {profiles[value]}
          </Text>
        </Stack>
      )}
    />
  );
}

/** By name, with what the CA says of each; none as long as it has not answered. */
function useProfiles(account: string | undefined): Record<string, string> {
  const refusal = useRefusal(operations.account.ca);
  const { data } = useQuery({
    ...readOutside(operations.account.ca, { params: { name: account ?? '' } }),
    enabled: account !== undefined && refusal === null,
  });
  return data?.profiles ?? {};
}
