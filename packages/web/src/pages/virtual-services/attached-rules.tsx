import { type ContentRule, defaultRule, operations, type SubVirtualService } from '@certfleet/contract';
import { Button, Group, Menu, Text } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { ActionItem } from '../../parts/action-item.js';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { moved } from '../../parts/moved.js';
import { NamePicker } from '../../parts/name-picker.js';
import { useNamed } from '../../parts/named.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { ruleInWords } from './words.js';

/** Which requests a sub virtual service takes: its content rules, in their order. */
export function AttachedRules({ sub }: { sub: SubVirtualService }) {
  const [isAttaching, setAttaching] = useState(false);
  return (
    <>
      <Few
        label={`Content rules of ${sub.index}`}
        rows={sub.contentRules}
        columns={[
          { title: 'Content rule', cell: name => name },
          { title: 'Requests that it takes', cell: name => <Takes name={name} /> },
          { title: 'Actions', cell: name => <RuleActions sub={sub} name={name} /> },
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
        {() => <AttachForm sub={sub} onClose={() => setAttaching(false)} />}
      </Dialog>
    </>
  );
}

function Takes({ name }: { name: string }) {
  const { thing, error } = useNamed<ContentRule>(operations.contentRule.list, name === defaultRule ? null : name);
  if (name === defaultRule) return 'what no other one takes';
  if (error) return error.message;
  return thing ? ruleInWords(thing) : '…';
}

function RuleActions({ sub: { index, contentRules }, name }: { sub: SubVirtualService; name: string }) {
  const detach = useCall(operations.virtualService.detachRule);
  const change = useCall(operations.virtualService.change);
  const at = contentRules.indexOf(name);
  const move = (by: 1 | -1) =>
    change.mutate({ params: { index }, body: { contentRules: moved(contentRules, at, at + by) } });
  const error = detach.error ?? change.error;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-xs"
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

function AttachForm({ sub: { index, contentRules }, onClose }: { sub: SubVirtualService; onClose: () => void }) {
  const { form, ...state } = useOperationForm({
    operation: operations.virtualService.attachRule,
    initial: { rule: '' },
    input: ({ rule }) => ({ params: { index }, body: { rule } }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Attach">
      <NamePicker
        label="Content rule"
        required
        operation={operations.contentRule.list}
        without={contentRules}
        besides={contentRules.includes(defaultRule) ? [] : [defaultRule]}
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
