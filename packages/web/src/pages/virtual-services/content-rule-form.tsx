import { type ContentRule, operations } from '@certfleet/contract';
import { Alert, Checkbox, Select, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { useOperationForm } from '../../parts/operation-form.js';

interface Values extends Record<string, unknown> {
  name: string;
  field: ContentRule['field'];
  header: string;
  match: ContentRule['match'];
  pattern: string;
  includeHost: boolean;
  includeQuery: boolean;
  negate: boolean;
  ignoreCase: boolean;
  mustFail: boolean;
}

const initial: Values = {
  ...{ name: '', field: 'url', header: '', match: 'prefix', pattern: '' },
  ...{ includeHost: false, includeQuery: false, negate: false, ignoreCase: false, mustFail: false },
};

interface CreateProps {
  opened: boolean;
  onClose: () => void;
}

export function CreateContentRule({ opened, onClose }: CreateProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Create a content rule">
      {() => <CreateForm onClose={onClose} />}
    </Dialog>
  );
}

function CreateForm({ onClose }: Pick<CreateProps, 'onClose'>) {
  const { form, ...state } = useOperationForm<typeof operations.contentRule.create, Values>({
    operation: operations.contentRule.create,
    initial,
    input: values => ({ body: { name: values.name, ...ruleOf(values) } }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Create">
      <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
      <RuleFields form={form} />
    </DialogForm>
  );
}

interface ChangeProps extends CreateProps {
  rule: ContentRule;
}

export function ChangeContentRule(props: ChangeProps) {
  const { opened, onClose, rule } = props;
  return (
    <Dialog opened={opened} onClose={onClose} title={`Change the content rule ${rule.name}`}>
      {() => <ChangeForm {...props} />}
    </Dialog>
  );
}

function ChangeForm({ onClose, rule }: ChangeProps) {
  const { usedBy, createdAt: _, header, ...fields } = rule;
  const { form, ...state } = useOperationForm<typeof operations.contentRule.change, Values>({
    operation: operations.contentRule.change,
    initial: { ...fields, header: header ?? '' },
    input: values => ({ params: { name: rule.name }, body: ruleOf(values) }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Change">
      {usedBy.length > 1 && <Alert>It is changed for all that have it: {usedBy.join(', ')}.</Alert>}
      <RuleFields form={form} />
    </DialogForm>
  );
}

/** Of the fields that only another kind of rule has, nothing is sent. */
function ruleOf({ field, header, match, pattern, includeHost, includeQuery, negate, ignoreCase, mustFail }: Values) {
  return {
    ...{ field, match, pattern, negate, ignoreCase, mustFail },
    header: field === 'header' ? header : null,
    includeHost: field === 'url' && includeHost,
    includeQuery: field === 'url' && includeQuery,
  };
}

function RuleFields({ form }: { form: UseFormReturnType<Values> }) {
  const { field } = form.getValues();
  const box = (name: keyof Values & string) => form.getInputProps(name, { type: 'checkbox' });
  return (
    <>
      <Select
        label="What is compared"
        description="Header Field: empty for the path"
        allowDeselect={false}
        data={[
          { value: 'url', label: 'The path' },
          { value: 'host', label: 'The host' },
          { value: 'header', label: 'A header' },
        ]}
        {...form.getInputProps('field')}
      />
      {field === 'header' && <TextInput label="Header" required {...form.getInputProps('header')} />}
      <Select
        label="How"
        description="Match Type"
        allowDeselect={false}
        data={[
          { value: 'prefix', label: 'It begins with' },
          { value: 'suffix', label: 'It ends with (postfix)' },
          { value: 'equal', label: 'It is' },
          { value: 'regex', label: 'It matches the regular expression' },
        ]}
        {...form.getInputProps('match')}
      />
      <TextInput label="Pattern" description="Match String" required {...form.getInputProps('pattern')} />
      {field === 'url' && (
        <>
          <Checkbox label="Compare the host in front of the path too (Include Host in URL)" {...box('includeHost')} />
          <Checkbox label="Compare the query behind the path too (Include Query in URL)" {...box('includeQuery')} />
        </>
      )}
      <Checkbox label="Take what does not fit (Negation)" {...box('negate')} />
      <Checkbox label="Without regard to case (Ignore Case)" {...box('ignoreCase')} />
      <Checkbox label="Refuse what fits, for the whole virtual service (Fail On Match)" {...box('mustFail')} />
    </>
  );
}
