import { type ContentRule, operations } from '@certfleet/contract';
import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { Go } from '../../parts/go.js';
import { Page } from '../../parts/page.js';
import { Rows } from '../../parts/rows.js';
import { ChangeContentRule, CreateContentRule } from './content-rule-form.js';
import { ruleInWords } from './words.js';

/** Content rules are made once and attached to any number of sub virtual services. */
export function ContentRulesPage() {
  const [isCreating, setCreating] = useState(false);
  return (
    <Page
      title="Content rules"
      actions={
        <ActionButton operation={operations.contentRule.create} onClick={() => setCreating(true)}>
          Create a content rule
        </ActionButton>
      }
    >
      <Text size="sm" c="dimmed">
        They say which requests a sub virtual service takes: attach them on its page. Changing one changes it
        everywhere.{' '}
        <Go to="/virtual-services" underline="always">
          All virtual services
        </Go>
      </Text>
      <Rows
        operation={operations.contentRule.list}
        query={{}}
        columns={[
          { title: 'Name', width: 'minmax(8rem, 1fr)', narrow: '1fr', cell: ({ name }: ContentRule) => name },
          {
            title: 'Requests that it takes',
            width: 'minmax(12rem, 2fr)',
            cell: rule => <span title={ruleInWords(rule)}>{ruleInWords(rule)}</span>,
          },
          { title: 'Attached to', width: 'minmax(6rem, 1fr)', cell: ({ usedBy }) => <UsedBy indexes={usedBy} /> },
          { title: 'Actions', width: '12rem', narrow: '11rem', cell: rule => <RuleActions rule={rule} /> },
        ]}
        label="Content rules"
        keyOf={({ name }: ContentRule) => name}
        empty={
          <Text>There is no content rule yet. Without one, a sub virtual service takes what no other one takes.</Text>
        }
      />
      <CreateContentRule opened={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function UsedBy({ indexes }: { indexes: readonly number[] }) {
  if (indexes.length === 0) return 'nothing';
  return indexes.map((index, place) => (
    <span key={index}>
      {place > 0 && ', '}
      <Go to="/virtual-services/$id" params={{ id: String(index) }}>
        {index}
      </Go>
    </span>
  ));
}

function RuleActions({ rule }: { rule: ContentRule }) {
  const [open, setOpen] = useState<'change' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const { name, usedBy } = rule;
  return (
    <Group gap="xs" wrap="nowrap">
      <ActionButton
        operation={operations.contentRule.change}
        variant="default"
        size="compact-xs"
        aria-label={`Change ${name}`}
        onClick={() => setOpen('change')}
      >
        Change
      </ActionButton>
      <ActionButton
        operation={operations.contentRule.delete}
        variant="default"
        size="compact-xs"
        aria-label={`Delete ${name}`}
        refusal={usedBy.length > 0 ? `It is attached to ${usedBy.join(', ')}: detach it there first.` : null}
        onClick={() => setOpen('delete')}
      >
        Delete
      </ActionButton>
      <ChangeContentRule opened={open === 'change'} onClose={close} rule={rule} />
      <Confirm
        opened={open === 'delete'}
        onClose={close}
        title={`Delete the content rule ${name}?`}
        verb="Delete"
        operation={operations.contentRule.delete}
        input={{ params: { name } }}
      >
        <Text size="sm">No sub virtual service has it, so no request goes elsewhere.</Text>
      </Confirm>
    </Group>
  );
}
