import { operations } from '@certfleet/contract';
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Few } from '../../parts/few.js';
import { Loading } from '../../parts/loading.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { linesOf } from './draft.js';
import { usable } from './names.js';
import { PreflightAnswer } from './preflight-answer.js';
import { answerFor, choicesFor, suggestionFor } from './proof.js';
import type { StepProps } from './step.js';

const asConfigured = { value: '', label: 'As domains and policy say' };

/** What proves each name: what is configured, unless another solver is chosen; with the pre-flight's answers beside it. */
export function ProofStep({ draft, change, preflight }: StepProps) {
  const solvers = useQuery(read(operations.solver.list, { query: { limit: 1000 } }));
  const plugins = useQuery(read(operations.plugin.list, { query: { kind: 'solver' } }));
  const error = solvers.error ?? plugins.error;
  if (error) return <ProblemAlert error={error} retry={() => Promise.all([solvers.refetch(), plugins.refetch()])} />;
  if (!solvers.data || !plugins.data) return <Loading what="what can prove names" />;
  const names = usable(linesOf(draft));
  const { findings, isLooking } = preflight;
  const choose = (chosen: Record<string, string>) => {
    const all = Object.entries({ ...draft.solvers, ...chosen }).filter(([, solver]) => solver !== '');
    change({ solvers: Object.fromEntries(all) });
  };
  const rows = names.map(identifier => ({
    name: identifier.value,
    choices: choicesFor(identifier, solvers.data.items, plugins.data.items),
    answer: answerFor(identifier.value, findings),
  }));
  const forAll = solvers.data.items
    .filter(({ enabled }) => enabled)
    .map(({ name, type }) => ({ value: name, label: `${name} (${type})` }));
  return (
    <Stack>
      {solvers.data.items.length === 0 && (
        <Text>
          Nothing that could prove a name is configured yet: make a virtual service that answers on port 80, a DNS
          account, or a solver by hand.
        </Text>
      )}
      <Group align="end">
        {names.length > 1 && forAll.length > 0 && (
          <NativeSelect
            label="Prove all of them by"
            data={[{ value: 'no choice', label: 'Choose…', disabled: true }, asConfigured, ...forAll]}
            value="no choice"
            onChange={event => {
              const solver = event.currentTarget.value;
              const able = rows.filter(
                ({ choices }) => solver === '' || choices.some(choice => choice.solver === solver && choice.isPossible),
              );
              choose(Object.fromEntries(able.map(({ name }) => [name, solver])));
            }}
          />
        )}
        <Button variant="default" loading={isLooking} onClick={preflight.again}>
          Look again
        </Button>
      </Group>
      {preflight.error && <ProblemAlert error={preflight.error} />}
      <Few
        label="What proves each name"
        rows={rows}
        columns={[
          { title: 'Name', cell: ({ name }) => name },
          {
            title: 'Proof',
            cell: ({ name, choices, answer }) => (
              <Stack gap={4} miw={200}>
                <NativeSelect
                  aria-label={`Proof of ${name}`}
                  data={[
                    asConfigured,
                    ...choices.map(({ solver, label, isPossible }) => ({
                      value: solver,
                      label,
                      disabled: !isPossible,
                    })),
                  ]}
                  value={draft.solvers[name] ?? ''}
                  onChange={event => choose({ [name]: event.currentTarget.value })}
                />
                {!isLooking && (
                  <Text size="sm" c="dimmed">
                    {answer?.proof}
                  </Text>
                )}
                <Suggestion
                  name={name}
                  solver={isLooking ? null : suggestionFor(answer, choices, Object.values(draft.solvers))}
                  choose={choose}
                />
              </Stack>
            ),
          },
          {
            title: 'Pre-flight',
            cell: ({ answer }) => <PreflightAnswer answer={answer} isLooking={isLooking} />,
          },
        ]}
        keyOf={({ name }) => name}
        empty="Enter names first."
      />
    </Stack>
  );
}

interface SuggestionProps {
  name: string;
  solver: string | null;
  choose: (chosen: Record<string, string>) => void;
}

/** For a name that nothing is configured for: what could prove it. */
function Suggestion({ name, solver, choose }: SuggestionProps) {
  if (solver === null) return null;
  return (
    <Button
      size="compact-sm"
      variant="light"
      w="fit-content"
      aria-label={`Prove it by ${solver}: ${name}`}
      onClick={() => choose({ [name]: solver })}
    >
      {`Prove it by ${solver}`}
    </Button>
  );
}
