import {
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { ReactNode } from 'react';
import { type Field, isStored } from './fields.js';

/** As much of a form of `useOperationForm` as the fields need. */
interface ConfigForm {
  // biome-ignore lint/suspicious/noExplicitAny: as Mantine has it; each input takes what it knows
  getInputProps(path: string, options?: { type?: 'input' | 'checkbox' }): any;
  // biome-ignore lint/suspicious/noExplicitAny: values of any form
  setFieldValue(path: string, value: any): void;
}

interface SchemaFormProps {
  fields: readonly Field[];
  form: ConfigForm;
  /** What the server shows of the configuration; left out: there is none yet. */
  stored?: Record<string, unknown> | undefined;
}

/**
 * The inputs of a plugin's configuration, whatever the plugin: each is made of its field's schema. They are the value
 * `config` of the form.
 */
export function SchemaForm({ fields, form, stored = {} }: SchemaFormProps) {
  const input = (field: Field) => <Input key={field.name} field={field} form={form} stored={stored[field.name]} />;
  const advanced = fields.filter(field => field.advanced);
  const isWrong = advanced.some(({ name }) => form.getInputProps(`config.${name}`).error);
  return (
    <Stack>
      {fields.filter(field => !field.advanced).map(input)}
      {advanced.length > 0 && (
        <details {...(isWrong ? { open: true } : {})}>
          <summary>More, which few need</summary>
          <Stack mt="sm">{advanced.map(input)}</Stack>
        </details>
      )}
    </Stack>
  );
}

function Input({ field, form, stored }: { field: Field; form: ConfigForm; stored: unknown }) {
  const { name, kind, label, choices, min, max, whole } = field;
  const path = `config.${name}`;
  const common = { label, description: helpOf(field), required: field.required };
  if (field.secret) return <Secret field={field} form={form} isKept={isStored(stored)} />;
  switch (kind) {
    case 'text':
      return field.multiline ? (
        <Lines {...common} {...form.getInputProps(path)} />
      ) : (
        <TextInput
          {...common}
          {...form.getInputProps(path)}
          {...(field.format === undefined ? {} : { inputMode: field.format })}
          spellCheck={false}
          autoComplete="off"
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          {...form.getInputProps(path)}
          allowDecimal={!whole}
          clampBehavior="none"
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          {...form.getInputProps(path)}
          data={[...choices]}
          {...(field.required || field.default !== undefined ? { allowDeselect: false } : { clearable: true })}
        />
      );
    case 'switch':
      return <Switch label={label} description={helpOf(field)} {...form.getInputProps(path, { type: 'checkbox' })} />;
    case 'list':
      return (
        <Lines
          {...common}
          description={`${helpOf(field)} One on each line, or with commas between them.`.trim()}
          {...form.getInputProps(path)}
        />
      );
    case 'unknown':
      return (
        <Text size="sm">
          {label} can't be set here, but on the command line: <code>--set {name}=…</code>
        </Text>
      );
  }
}

const lines = { autosize: true, minRows: 2, maxRows: 12, styles: { input: { fontFamily: 'monospace' } } };

function Lines(props: { label: string; description: ReactNode; required: boolean }) {
  return <Textarea {...props} {...lines} spellCheck={false} autoComplete="off" />;
}

/** A secret: it can be replaced, or unset if it is optional, but never read. */
function Secret({ field, form, isKept }: { field: Field; form: ConfigForm; isKept: boolean }) {
  const { name, label, required, multiline } = field;
  const path = `config.${name}`;
  const { value, ...props } = form.getInputProps(path);
  const isUnset = value === null;
  const common = {
    ...props,
    value: value ?? '',
    label,
    description: helpOf(field),
    required: required && !isKept,
    placeholder: isUnset ? 'Will be removed' : isKept ? 'Stored; type to replace it' : undefined,
    disabled: isUnset,
    autoComplete: 'new-password',
    spellCheck: false,
  };
  return (
    <Stack gap={4}>
      {multiline ? (
        <Textarea {...common} {...lines} />
      ) : (
        <PasswordInput {...common} visibilityToggleButtonProps={{ 'aria-label': `Show what is typed as ${label}` }} />
      )}
      {isKept && !required && (
        <Group>
          <Button size="compact-xs" variant="default" onClick={() => form.setFieldValue(path, isUnset ? '' : null)}>
            {isUnset ? `Keep the stored ${label}` : `Remove the stored ${label}`}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** What it is for, its limits and what is taken when it is empty. */
function helpOf({ help, kind, min, max, default: usual }: Field): string {
  const limits =
    kind !== 'number' || min === undefined || help.includes(`${min} to ${max}`)
      ? ''
      : max === undefined
        ? `At least ${min}.`
        : `${min} to ${max}.`;
  const shown = typeof usual === 'string' || typeof usual === 'number' ? String(usual) : '';
  return [help, limits, shown === '' ? '' : `Default: ${shown}.`].filter(Boolean).join(' ');
}
