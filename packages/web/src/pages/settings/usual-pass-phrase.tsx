import { operations } from '@certfleet/contract';
import { Button, Group, PasswordInput, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Form } from '../../parts/form.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

/** What base backups are sealed under for which nobody gives a pass phrase, as those by LoadMaster's API. */
export function UsualPassPhrase() {
  const { data } = useQuery(read(operations.backup.show, {}));
  const [forgetting, setForgetting] = useState(false);
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.backup.change,
    initial: { passPhrase: '' },
    input: body => ({ body }),
    onDone: () => {
      form.reset();
      tellDone('Base backups are sealed under it from now on.');
    },
  });
  if (!data) return null;
  const isSet = data.sealedBy === 'pass-phrase';
  return (
    <Section
      title="The usual pass phrase"
      about="Of base backups for which nobody gives one. Set the same on both machines if a backup is to be restored on another."
    >
      <Form isSheet onSubmit={submit}>
        <Text>{isSet ? 'There is one.' : 'There is none: they are sealed under the master key.'}</Text>
        <PasswordInput
          label={isSet ? 'Another usual pass phrase' : 'Usual pass phrase'}
          autoComplete="new-password"
          {...form.getInputProps('passPhrase')}
        />
        {error && <ProblemAlert error={error} />}
        <Group>
          <Button type="submit" variant="default" loading={isPending}>
            Set it
          </Button>
          {isSet && (
            <ActionButton operation={operations.backup.change} variant="default" onClick={() => setForgetting(true)}>
              Forget it
            </ActionButton>
          )}
        </Group>
      </Form>
      <Confirm
        opened={forgetting}
        onClose={() => setForgetting(false)}
        title="Forget the usual pass phrase?"
        verb="Forget it"
        operation={operations.backup.change}
        input={{ body: { passPhrase: null } }}
      >
        Backups that were sealed under it still open with it, if someone types it.
      </Confirm>
    </Section>
  );
}
