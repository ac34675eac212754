import { operations } from '@certfleet/contract';
import { ActionIcon, Button, Group, Input, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { NameInput } from '../../parts/name-input.js';
import { moved } from './moved.js';

interface AccountsInputProps {
  value: string[];
  onChange: (accounts: string[]) => void;
  error?: string;
}

/** The accounts of a policy, in order: the second is the fallback of the first. */
export function AccountsInput({ value, onChange, error, ...rest }: AccountsInputProps) {
  const [name, setName] = useState('');
  const add = () => {
    const account = name.trim();
    if (account !== '' && !value.includes(account)) onChange([...value, account]);
    setName('');
  };
  return (
    <Stack gap="xs" component="fieldset" bd={0} p={0} m={0}>
      <Text component="legend" size="sm" fw={500} p={0}>
        Accounts, in order
      </Text>
      <Input.Description>
        The first one obtains the certificates; the next one when it fails for long.
      </Input.Description>
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
      <Group gap="xs" align="end">
        <NameInput
          {...rest}
          aria-label="Account to add"
          placeholder={value.length === 0 ? 'Choose an account' : 'Add a fallback'}
          operation={operations.account.list}
          flex={1}
          value={name}
          onChange={setName}
          onOptionSubmit={account => {
            if (!value.includes(account)) onChange([...value, account]);
          }}
        />
        <Button variant="default" onClick={add} disabled={name.trim() === ''}>
          Add
        </Button>
      </Group>
      {error && <Input.Error>{error}</Input.Error>}
    </Stack>
  );
}
