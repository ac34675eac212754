import { Button, FileButton, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Few } from '../../parts/few.js';
import { Mark } from '../../parts/mark.js';
import { linesOf } from './draft.js';
import { mostNames, type NameLine, namesOfCsv, splitNames } from './names.js';
import type { StepProps } from './step.js';

/** More than these are folded. */
const few = 12;
/** More than these are not drawn: one certificate can't have more of them. */
const drawn = mostNames;

/** The names: typed, pasted or of a file, each told at once what it comes to. */
export function NamesStep({ draft, change }: StepProps) {
  const [loaded, setLoaded] = useState<string | null>(null);
  const lines = linesOf(draft);
  const numbered = lines.map((line, index) => ({ ...line, index }));
  const faulty = numbered.filter(({ fault }) => fault !== null);
  const usable = numbered.filter(({ fault }) => fault === null);
  const add = async (file: File | null) => {
    if (file === null) return;
    const names = namesOfCsv(await file.text());
    change({ text: [...splitNames(draft.text), ...names].join('\n') });
    const count = names.length === 1 ? 'One name' : `${names.length} names`;
    setLoaded(names.length === 0 ? `${file.name} has no names.` : `${count} added from ${file.name}.`);
  };
  const keep = (isKept: (line: NumberedLine) => boolean) =>
    change({
      text: numbered
        .filter(isKept)
        .map(({ typed }) => typed)
        .join('\n'),
    });
  const remove = (index: number) => keep(line => line.index !== index);
  return (
    <Stack>
      <Stack className="sheet fields">
        <Textarea
          label="Names"
          description="Type or paste them with anything in between: www.example.com, *.example.com, 192.0.2.7. The first is asked for as the common name."
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
      </Stack>
      {lines.length > 0 && (
        <>
          <Text role="status">{summary(lines)}</Text>
          {faulty.length > 1 && (
            <Button variant="default" w="fit-content" onClick={() => keep(({ fault }) => fault === null)}>
              {`Remove the ${faulty.length} that can't be certified`}
            </Button>
          )}
          {faulty.length > 0 && <Lines label="What can't be certified" lines={faulty} remove={remove} />}
          {usable.length > 0 && (
            <details open={usable.length <= few}>
              <summary>{`What can be asked for (${usable.length})`}</summary>
              <Lines label="What can be asked for" lines={usable} remove={remove} />
            </details>
          )}
        </>
      )}
    </Stack>
  );
}

/** With its place among all. */
type NumberedLine = NameLine & { index: number };

interface LinesProps {
  label: string;
  lines: readonly NumberedLine[];
  remove: (index: number) => void;
}

function Lines({ label, lines, remove }: LinesProps) {
  return (
    <>
      <Few<NumberedLine>
        label={label}
        rows={lines.slice(0, drawn)}
        columns={[
          { title: 'Name', cell: ({ typed }) => typed },
          { title: 'Asked for as', cell: line => <AskedForAs {...line} /> },
          {
            title: 'Remove',
            cell: ({ index, typed }) => (
              <Button size="compact-xs" variant="default" aria-label={`Remove ${typed}`} onClick={() => remove(index)}>
                Remove
              </Button>
            ),
          },
        ]}
        keyOf={({ index, typed }) => `${index} ${typed}`}
        empty={null}
      />
      {lines.length > drawn && <Text size="sm">{`And ${lines.length - drawn} more.`}</Text>}
    </>
  );
}

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
      {isOther && <code className="breaks">{identifier?.value}</code>}
      <Text size="sm" c="dimmed">
        {[
          isOther ? null : 'as typed',
          kindOf(identifier),
          isOther && isIdn(identifier) ? 'as A-labels (punycode)' : null,
        ]
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
  const most = lines.length - bad > mostNames ? ` One certificate can have ${mostNames}: split them over several.` : '';
  return `${all}${bad === 0 ? ', all of which can be asked for' : `, ${bad} of which can't be certified`}.${most}`;
}
