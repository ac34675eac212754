import { operations, type SolverFindings, solverVerdict } from '@certfleet/contract';
import { Alert, Text, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { useCall } from '../../call.js';
import { Facts } from '../../parts/facts.js';
import { OperationForm } from '../../parts/form.js';
import { looks } from '../../parts/mark.js';
import { Section } from '../../parts/page.js';

/** So many zones are shown by name. */
const shownZones = 30;

interface TrialProps {
  name: string;
  /** How often its configuration was changed on this page: what was found before says nothing of it. */
  changes: number;
}

/** Tries whether a solver works, and what that means for a name. Nothing stays changed by it. */
export function Trial({ name, changes }: TrialProps) {
  const [identifier, setIdentifier] = useState('');
  const [tried, setTried] = useState(changes);
  const trial = useCall(operations.solver.test);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const of = identifier.trim();
    setTried(changes);
    trial.mutate({ params: { name }, body: of === '' ? {} : { identifier: of } });
  };
  const isShown = tried === changes && !trial.isPending;
  return (
    <Section
      title="Test"
      about="Asks it whether it works and what it sees. One that answers CAs by itself has to answer a trial challenge, which is taken away again."
    >
      <OperationForm
        operation={operations.solver.test}
        submit={submit}
        isPending={trial.isPending}
        error={isShown ? trial.error : null}
        verb="Test"
      >
        <TextInput
          label="Name to be proven"
          description="Optional: where would its challenge go, or does it lead here?"
          placeholder="www.example.com"
          autoComplete="off"
          spellCheck={false}
          value={identifier}
          onChange={event => setIdentifier(event.currentTarget.value)}
        />
      </OperationForm>
      {trial.data && isShown && <Findings findings={trial.data} />}
    </Section>
  );
}

function Findings({ findings }: { findings: SolverFindings }) {
  const { zones, record, answers, byPerson } = findings;
  const { standing, text } = solverVerdict(findings);
  return (
    <Alert color={looks[standing].color} title={text} role="status">
      {byPerson && (
        <Text size="sm">
          What the CA is to find is shown on the certificate's page while it is ordered. Whether it is there is looked
          for then.
        </Text>
      )}
      {answers?.map(({ check, name, message, remedy }) => (
        <Text key={`${check} ${name}`} size="sm" className="breaks">
          {name !== null && `${name}: `}
          {message} {remedy}
        </Text>
      ))}
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
  if (zones.length === 0) return 'No name can be proven by it: look at what its credentials may change.';
  const shown = zones.slice(0, shownZones).join(', ');
  const more = zones.length - shownZones;
  return `It sees ${zones.length === 1 ? 'the zone' : `${zones.length} zones:`} ${shown}${more > 0 ? ` and ${more} more` : ''}.`;
}
