import { type ContentRule, defaultRule, operations, type SubVirtualService } from '@certfleet/contract';
import { Button, Group, Menu, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton, ActionItem } from '../../parts/action.js';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { moved } from './order.js';
import { ruleInWords } from './words.js';

/** Which requests a sub virtual service takes: its content rules, in their order. */
export function AttachedRules({ sub }: { sub: SubVirtualService }) {
  const [isAttaching, setAttaching] = useState(false);
  const { data } = useQuery(read(operations.contentRule.list, { query: { limit: 1000 } }));
  const rules = new Map(data?.items.map(rule => [rule.name, rule]));
  return (
    <>
      <Few
        label={`Content rules of ${sub.index}`}
        rows={sub.contentRules}
        columns={[
          { title: 'Content rule', cell: name => name },
          { title: 'Requests that it takes', cell: name => takes(name, rules.get(name)) },
          { title: 'What to do', cell: name => <RuleActions sub={sub} name={name} /> },
        ]}
        keyOf={name => name}
        empty="It has no content rule: it takes what no other one takes."
      />
      <Group>
        <ActionButton
          operation={operations.virtualService.attachRule}
          variant="default"
          size="xs"
          onClick={() => setAttaching(true)}
        >
          Attach a content rule
        </ActionButton>
      </Group>
      <Dialog opened={isAttaching} onClose={() => setAttaching(false)} title={`Attach a content rule to ${sub.index}`}>
        {() => (
          <AttachForm
            sub={sub}
            names={[defaultRule, ...rules.keys()].filter(name => !sub.contentRules.includes(name))}
            onClose={() => setAttaching(false)}
          />
        )}
      </Dialog>
    </>
  );
}

function takes(name: string, rule: ContentRule | undefined): string {
  if (name === defaultRule) return 'what no other one takes';
  return rule ? ruleInWords(rule) : '…';
}

function RuleActions({ sub: { index, contentRules }, name }: { sub: SubVirtualService; name: string }) {
  const detach = useCall(operations.virtualService.detachRule);
  const change = useCall(operations.virtualService.change);
  const at = contentRules.indexOf(name);
  const move = (by: 1 | -1) =>
    change.mutate({ params: { index }, body: { contentRules: moved(contentRules, at, by) } });
  const error = detach.error ?? change.error;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-sm"
            loading={detach.isPending || change.isPending}
            aria-label={`Actions of content rule ${name}`}
          >
            Actions
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ActionItem
            operation={operations.virtualService.change}
            refusal={at === 0 ? 'It is the first already.' : null}
            onClick={() => move(-1)}
          >
            Move up
          </ActionItem>
          <ActionItem
            operation={operations.virtualService.change}
            refusal={at === contentRules.length - 1 ? 'It is the last already.' : null}
            onClick={() => move(1)}
          >
            Move down
          </ActionItem>
          <ActionItem
            operation={operations.virtualService.detachRule}
            onClick={() => detach.mutate({ params: { index, rule: name } })}
          >
            Detach
          </ActionItem>
        </Menu.Dropdown>
      </Menu>
      {error && <ProblemAlert error={error} />}
    </>
  );
}

function AttachForm({
  sub: { index },
  names,
  onClose,
}: {
  sub: SubVirtualService;
  names: string[];
  onClose: () => void;
}) {
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.virtualService.attachRule,
    initial: { rule: '' },
    input: ({ rule }) => ({ params: { index }, body: { rule } }),
    onDone: onClose,
  });
  return (
    <DialogForm onSubmit={submit} onClose={onClose} isPending={isPending} error={error} verb="Attach">
      <Select
        label="Content rule"
        searchable
        required
        data={names}
        {...form.getInputProps('rule')}
        value={form.getValues().rule || null}
        onChange={rule => form.setFieldValue('rule', rule ?? '')}
      />
      <Text size="sm" c="dimmed">
        New rules are made on the page “Content rules” of all virtual services.
      </Text>
    </DialogForm>
  );
}
