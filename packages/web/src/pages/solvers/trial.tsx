import { operations, type SolverFindings } from '@certfleet/contract';
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { useCall } from '../../call.js';
import { Facts } from '../../parts/facts.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { useRefusal } from '../../session/session.js';

/** So many zones are shown by name. */
const shownZones = 30;

/** Tries whether a solver works, and where the challenge of a name would go. Nothing is changed by it. */
export function Trial({ name }: { name: string }) {
  const [identifier, setIdentifier] = useState('');
  const refusal = useRefusal(operations.solver.test);
  const trial = useCall(operations.solver.test);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const of = identifier.trim();
    trial.mutate({ params: { name }, body: of === '' ? {} : { identifier: of } });
  };
  return (
    <Section title="Test" about="Asks it whether it works and what it sees. Nothing is changed.">
      <Stack component="form" onSubmit={submit} maw={640}>
        <Group align="end">
          <TextInput
            label="Name to be proven"
            description="Optional: where would its challenge go?"
            placeholder="www.example.com"
            autoComplete="off"
            spellCheck={false}
            flex={1}
            value={identifier}
            onChange={event => setIdentifier(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={trial.isPending} disabled={refusal !== null}>
            Test
          </Button>
        </Group>
        {refusal && <Text size="sm">{refusal}</Text>}
        {trial.error && !trial.isPending && <ProblemAlert error={trial.error} />}
        {trial.data && !trial.isPending && <Findings findings={trial.data} />}
      </Stack>
    </Section>
  );
}

function Findings({ findings: { zones, record } }: { findings: SolverFindings }) {
  return (
    <Alert color="teal" title="It works" role="status">
      {zones === null && record === null && (
        <Text size="sm">There is nothing more to be found out about this type.</Text>
      )}
      {zones !== null && <Text size="sm">{zonesInWords(zones)}</Text>}
      {record && (
        <Facts
          label="Where the challenge goes"
          facts={[
            ['TXT record', <code key="name">{record.name}</code>],
            ['In zone', record.zone],
            ['Name servers', record.nameServers.join(', ')],
          ]}
        />
      )}
    </Alert>
  );
}

function zonesInWords(zones: readonly string[]): string {
  if (zones.length === 0) return 'It sees no zone: check what its credentials may change.';
  const shown = zones.slice(0, shownZones).join(', ');
  const more = zones.length - shownZones;
  return `It sees ${zones.length === 1 ? 'the zone' : `${zones.length} zones:`} ${shown}${more > 0 ? ` and ${more} more` : ''}.`;
}
