import { Button, FileButton, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Few } from '../../parts/few.js';
import { Mark } from '../../parts/mark.js';
import { linesOf } from './draft.js';
import { mostNames, type NameLine, namesOfCsv, splitNames } from './names.js';
import type { StepProps } from './step.js';

/** The names: typed, pasted or of a file, each told at once what it comes to. */
export function NamesStep({ draft, change }: StepProps) {
  const [loaded, setLoaded] = useState<string | null>(null);
  const lines = linesOf(draft);
  const add = async (file: File | null) => {
    if (file === null) return;
    const names = namesOfCsv(await file.text());
    change({ text: [...splitNames(draft.text), ...names].join('\n') });
    const count = names.length === 1 ? 'One name' : `${names.length} names`;
    setLoaded(names.length === 0 ? `${file.name} has no names.` : `${count} added from ${file.name}.`);
  };
  const remove = (index: number) => change({ text: splitNames(draft.text).toSpliced(index, 1).join('\n') });
  return (
    <Stack>
      <Textarea
        label="Names"
        description="Type or paste them with anything in between: www.example.com, *.example.com, 192.0.2.7. The first becomes the common name."
        autosize
        minRows={3}
        maxRows={12}
        spellCheck={false}
        autoCapitalize="off"
        data-autofocus
        value={draft.text}
        onChange={event => change({ text: event.currentTarget.value })}
      />
      <Group>
        <FileButton accept=".csv,.txt,.tsv,text/csv,text/plain" onChange={add}>
          {props => (
            <Button variant="default" {...props}>
              Add names from a CSV file
            </Button>
          )}
        </FileButton>
        <Text size="sm" role="status">
          {loaded}
        </Text>
      </Group>
      {lines.length > 0 && (
        <>
          <Text role="status">{summary(lines)}</Text>
          <Few<NumberedLine>
            label="What the names come to"
            rows={lines.map((line, index) => ({ ...line, index }))}
            columns={[
              { title: 'Name', cell: ({ typed }) => typed },
              { title: 'Asked for as', cell: line => <AskedForAs {...line} /> },
              {
                title: 'Remove',
                cell: ({ index, typed }) => (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={`Remove ${typed}`}
                    onClick={() => remove(index)}
                  >
                    Remove
                  </Button>
                ),
              },
            ]}
            keyOf={({ index, typed }) => `${index} ${typed}`}
            empty={null}
          />
        </>
      )}
    </Stack>
  );
}

type NumberedLine = NameLine & { index: number };

function AskedForAs({ typed, identifier, fault }: NameLine) {
  if (fault !== null) {
    return (
      <Group gap="xs">
        <Mark standing="bad">can't be certified</Mark>
        <Text size="sm">{fault}</Text>
      </Group>
    );
  }
  const isOther = identifier?.value !== typed.toLowerCase();
  return (
    <Group gap="xs">
      <code className="breaks">{identifier?.value}</code>
      <Text size="sm" c="dimmed">
        {[kindOf(identifier), isOther && isIdn(identifier) ? 'as A-labels (punycode)' : null]
          .filter(Boolean)
          .join(', ')}
      </Text>
    </Group>
  );
}

function kindOf(identifier: NameLine['identifier']): string | null {
  if (identifier?.type === 'ip') return 'IP address';
  return identifier?.value.startsWith('*.') ? 'wildcard' : null;
}

function isIdn(identifier: NameLine['identifier']): boolean {
  return identifier?.value.includes('xn--') ?? false;
}

function summary(lines: readonly NameLine[]): string {
  const bad = lines.filter(({ fault }) => fault !== null).length;
  const all = lines.length === 1 ? 'One name' : `${lines.length} names`;
  const most = lines.length > mostNames ? ` One certificate can have ${mostNames}: split them over several.` : '';
  return `${all}${bad === 0 ? ', all of which can be asked for' : `, ${bad} of which can't be certified`}.${most}`;
}
