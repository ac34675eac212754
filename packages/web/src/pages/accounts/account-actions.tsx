import { type Account, operations } from '@certfleet/contract';
import { Button, Menu, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { ActionItem } from '../../parts/action-item.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { FirstNames } from '../../parts/first-names.js';
import { Loading } from '../../parts/loading.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { ChangeEmail } from './change-email.js';
import { ExportKey } from './export-key.js';
import type { PoliciesOf } from './policies-of.js';

type Dialog = 'email' | 'export' | 'rollover' | 'deactivate' | 'delete';

/** What can be done with an account; `policies`: what depends on it. */
export function AccountActions({ account, policies }: { account: Account; policies: PoliciesOf }) {
  const { name, status } = account;
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const notValid = status === 'valid' ? null : `The account is ${status}.`;
  const input = { params: { name } };
  return (
    <>
      <ActionButton
        operation={operations.account.change}
        refusal={notValid}
        variant="default"
        onClick={() => setDialog('email')}
      >
        Change e-mail
      </ActionButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default">More</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ActionItem operation={operations.account.export} onClick={() => setDialog('export')}>
            Export its key…
          </ActionItem>
          <ActionItem operation={operations.account.rollover} refusal={notValid} onClick={() => setDialog('rollover')}>
            Replace its key…
          </ActionItem>
          <ActionItem
            operation={operations.account.deactivate}
            refusal={notValid}
            hurts
            onClick={() => setDialog('deactivate')}
          >
            Deactivate at the CA…
          </ActionItem>
          <ActionItem operation={operations.account.delete} hurts onClick={() => setDialog('delete')}>
            Delete here…
          </ActionItem>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'email' && <ChangeEmail account={account} onClose={close} />}
      {dialog === 'export' && <ExportKey account={account} onClose={close} />}
      <Confirm
        opened={dialog === 'rollover'}
        onClose={close}
        title={`Replace the key of ${name}?`}
        verb="Replace its key"
        operation={operations.account.rollover}
        input={input}
        onDone={() => tellDone(`${name} has a new key.`)}
      >
        A new key is made here and told to the CA. The old one stops working at once: another client that uses the
        account can't any more, and exports of the old key are worthless.
      </Confirm>
      <Confirm
        opened={dialog === 'deactivate'}
        onClose={close}
        title={`Deactivate ${name} for good?`}
        verb="Deactivate"
        operation={operations.account.deactivate}
        input={input}
        nameToType={name}
        onDone={() => tellDone(`${name} is deactivated at the CA.`)}
      >
        <Stack gap="xs">
          <Text>The CA never takes this account again, and it can't be linked. What it obtained stays valid.</Text>
          <Dependents policies={policies} then="These policies use it, and can issue nothing by it afterwards:" />
        </Stack>
      </Confirm>
      <Confirm
        opened={dialog === 'delete'}
        onClose={close}
        title={`Delete ${name} here?`}
        verb="Delete"
        operation={operations.account.delete}
        input={input}
        nameToType={name}
        onDone={() => {
          tellDone(`${name} is forgotten here.`);
          return navigate({ to: '/accounts' });
        }}
      >
        <Stack gap="xs">
          <Text>
            It is forgotten here with its key; at the CA it stays {status}. Without an export of its key nobody can use
            it or revoke what it obtained by it: export it first.
          </Text>
          <Dependents policies={policies} then="It will be refused as long as these policies use it:" />
        </Stack>
      </Confirm>
    </>
  );
}

/** `then`: what comes of it where there are some. That there are none is said only when it is known. */
function Dependents({
  policies: { users, isRead, isMore, error, refetch },
  then,
}: {
  policies: PoliciesOf;
  then: string;
}) {
  if (!isRead) {
    return error ? <ProblemAlert error={error} retry={refetch} /> : <Loading what="the policies that may use it" />;
  }
  if (users.length === 0) return <Text>No policy uses it.</Text>;
  return (
    <>
      <Text>{then}</Text>
      <FirstNames names={users.map(({ name }) => name)} isMore={isMore} />
    </>
  );
}
