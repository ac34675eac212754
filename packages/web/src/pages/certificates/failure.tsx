import { type Certificate, operations, type PreflightResult } from '@certfleet/contract';
import { Alert, Group, Text } from '@mantine/core';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Few } from '../../parts/few.js';
import { Mark, type Standing } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';

const standings: Record<PreflightResult, Standing> = {
  ok: 'good',
  unknown: 'attention',
  warning: 'attention',
  refused: 'bad',
};

/** What the last attempt failed for, name by name, and on request what is the matter now. */
export function Failure({ certificate: { name, lastError } }: { certificate: Certificate }) {
  const look = useCall(operations.certificate.preflight);
  if (!lastError) return null;
  const { message, at, attempts, problem } = lastError;
  return (
    <Section title="What went wrong">
      <Alert color="red" title={attempts === 1 ? 'The last attempt failed' : `The last ${attempts} attempts failed`}>
        <Text size="sm" className="breaks lines">
          {message}
        </Text>
        <Text size="sm" mt="xs">
          <Moment at={at} />
        </Text>
      </Alert>
      {problem && problem.subproblems.length > 0 && (
        <Few
          label="What the CA says of each name"
          rows={problem.subproblems}
          columns={[
            { title: 'Name', cell: ({ identifier }) => identifier ?? 'not said' },
            { title: 'Problem', isShort: true, cell: ({ type }) => type.replace('urn:ietf:params:acme:error:', '') },
            { title: 'In its words', cell: ({ detail }) => detail ?? '–' },
          ]}
          keyOf={({ identifier, type }) => `${identifier} ${type}`}
          empty="The CA says nothing of single names."
        />
      )}
      <Group>
        <ActionButton
          operation={operations.certificate.preflight}
          variant="default"
          loading={look.isPending}
          onClick={() => look.mutate({ body: { name } })}
        >
          Look what is the matter now
        </ActionButton>
      </Group>
      {look.error && <ProblemAlert error={look.error} />}
      {look.data && (
        <Few
          label="What was found"
          rows={look.data.findings}
          columns={[
            { title: 'Result', cell: ({ result }) => <Mark standing={standings[result]}>{result}</Mark> },
            { title: 'Looked at', cell: ({ check, name: of }) => (of === null ? check : `${check}: ${of}`) },
            { title: 'Found', cell: ({ message: found }) => found },
            { title: 'What to do', cell: ({ remedy }) => remedy ?? '–' },
          ]}
          keyOf={({ check, name: of, message: found }) => `${check} ${of} ${found}`}
          empty="Nothing is wrong as far as can be seen from here: renew."
        />
      )}
    </Section>
  );
}
