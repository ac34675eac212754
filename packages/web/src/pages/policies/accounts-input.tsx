import { operations } from '@certfleet/contract';
import { ActionIcon, Group, Input, Stack, Text } from '@mantine/core';
import { useId } from 'react';
import { moved } from '../../parts/moved.js';
import { NamePicker } from '../../parts/name-picker.js';

interface AccountsInputProps {
  value: string[];
  onChange: (accounts: string[]) => void;
  error?: string;
}

/** The accounts of a policy, in order: the second is the fallback of the first. */
export function AccountsInput({ value, onChange, error, ...rest }: AccountsInputProps) {
  const id = useId();
  return (
    <Input.Wrapper
      id={id}
      label="Accounts, in order"
      labelElement="div"
      description="The first one obtains the certificates; the next one when it fails for long."
      error={error}
    >
      <Stack gap="xs" role="group" aria-labelledby={`${id}-label`} aria-describedby={`${id}-description`}>
        {value.map((account, at) => (
          <Group key={account} gap="xs" wrap="nowrap">
            <Text flex={1} className="breaks">
              {at + 1}. {account}
            </Text>
            <ActionIcon
              variant="default"
              aria-label={`Move ${account} up`}
              disabled={at === 0}
              onClick={() => onChange(moved(value, at, at - 1))}
            >
              <span aria-hidden>↑</span>
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={`Move ${account} down`}
              disabled={at === value.length - 1}
              onClick={() => onChange(moved(value, at, at + 1))}
            >
              <span aria-hidden>↓</span>
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={`Take ${account} out`}
              onClick={() => onChange(value.filter(one => one !== account))}
            >
              <span aria-hidden>×</span>
            </ActionIcon>
          </Group>
        ))}
        <NamePicker
          {...rest}
          aria-label="Account to add"
          placeholder={value.length === 0 ? 'Choose an account' : 'Add a fallback'}
          operation={operations.account.list}
          without={value}
          value={null}
          onChange={account => account !== null && onChange([...value, account])}
        />
      </Stack>
    </Input.Wrapper>
  );
}
