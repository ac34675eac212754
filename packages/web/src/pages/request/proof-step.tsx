import { type Identifier, operations, type Plugin, type Solver } from '@certfleet/contract';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo, useCallback } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { NamePicker } from '../../parts/name-picker.js';
import { useAllNamed } from '../../parts/named.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { both, Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { solverText } from '../solvers/words.js';
import { placeOf } from '../virtual-services/words.js';
import { linesOf } from './draft.js';
import { usable } from './names.js';
import { PreflightAnswer } from './preflight-answer.js';
import { answerFor, choicesFor, type SolverChoice, suggestionFor } from './proof.js';
import type { StepProps } from './step.js';

/** So many solvers are compared; of a fleet's many, those that are chosen or were found besides. */
const compared = 100;

const asConfigured = 'As domains and policy say';

/** What proves each name: what is configured, unless another solver is chosen; with the pre-flight's answers beside it. */
export function ProofStep(props: StepProps) {
  const solvers = useQuery(read(operations.solver.list, { query: { limit: compared } }));
  const plugins = useQuery(read(operations.plugin.list, { query: { kind: 'solver' } }));
  return (
    <Shown of={both(solvers, plugins)} what="what can prove names">
      {([{ items, nextCursor }, { items: types }]) => (
        <Proofs {...props} first={items} isAll={nextCursor === null} plugins={types} />
      )}
    </Shown>
  );
}

interface ProofsProps extends StepProps {
  /** The first solvers, by name. */
  first: readonly Solver[];
  /** Whether there are no others. */
  isAll: boolean;
  plugins: readonly Plugin[];
}

function Proofs({ draft, change, preflight, first, isAll, plugins }: ProofsProps) {
  const { findings, isReading, isLooking, isWhole } = preflight;
  const meant = [...Object.values(draft.solvers), ...findings.flatMap(({ solver }) => solver ?? [])];
  const isKnown = (name: string) => first.some(solver => solver.name === name);
  const besides = useAllNamed<Solver>(
    operations.solver.list,
    meant.filter(name => !isKnown(name)),
  );
  const solvers = [...first, ...besides];
  const names = usable(linesOf(draft));
  const choose = useCallback<Choose>(
    chosen =>
      change(({ solvers }) => ({
        solvers: Object.fromEntries(Object.entries({ ...solvers, ...chosen }).filter(([, solver]) => solver !== '')),
      })),
    [change],
  );
  const rows = names.map(identifier => {
    const choices = choicesFor(identifier, solvers, plugins);
    const answer = answerFor(identifier.value, findings);
    const name = identifier.value;
    const best = isReading ? null : suggestionFor(answer, choices, Object.values(draft.solvers), isAll);
    // What was found outside may be of before it was chosen.
    const suggested = best === draft.solvers[name] ? null : best;
    return { name, type: identifier.type, answer, suggested };
  });
  const suggestions = rows.flatMap(({ name, suggested }) => (suggested === null ? [] : [[name, suggested]]));
  return (
    <Stack>
      {solvers.length === 0 && (
        <Text>
          Nothing that could prove a name is configured yet: make a{' '}
          <Go to="/virtual-services" underline="always">
            virtual service
          </Go>{' '}
          that answers on port 80, or{' '}
          <Go to="/solvers/-/new" underline="always">
            a DNS account or a solver by hand
          </Go>
          . What you have entered here stays.
        </Text>
      )}
      <Group align="end">
        {names.length > 1 && solvers.length > 0 && (
          <NamePicker<Solver>
            label="Prove all of them by"
            operation={operations.solver.list}
            remark={solverText}
            refusal={({ enabled }) => (enabled ? null : 'disabled')}
            value={null}
            onChange={(solver, thing) => {
              if (solver === null || !thing) return;
              const able = names.filter(identifier => choiceOf(identifier, thing, plugins)?.isPossible);
              choose(Object.fromEntries(able.map(({ value }) => [value, solver])));
            }}
          />
        )}
        {names.length > 1 && Object.keys(draft.solvers).length > 0 && (
          <Button variant="default" onClick={() => change({ solvers: {} })}>
            All as domains and policy say
          </Button>
        )}
        {suggestions.length > 1 && (
          <Button variant="light" onClick={() => choose(Object.fromEntries(suggestions))}>
            {`Take the ${suggestions.length} suggestions`}
          </Button>
        )}
        <ActionButton
          operation={operations.certificate.preflight}
          variant="default"
          loading={isLooking}
          onClick={preflight.again}
        >
          Look again
        </ActionButton>
      </Group>
      {preflight.error && <ProblemAlert error={preflight.error} />}
      <Few
        label="What proves each name"
        rows={rows}
        columns={[
          {
            title: 'Name',
            cell: ({ name }) => (
              <Text size="sm" miw={160} maw={340}>
                {name}
              </Text>
            ),
          },
          {
            title: 'Proof',
            cell: ({ name, type, answer, suggested }) => (
              <Proof
                name={name}
                type={type}
                chosen={draft.solvers[name] ?? null}
                about={isReading ? null : (answer?.proof ?? null)}
                suggested={suggested}
                plugins={plugins}
                choose={choose}
              />
            ),
          },
          {
            title: 'Pre-flight',
            cell: ({ answer }) => <PreflightAnswer answer={answer} isLooking={isLooking} isWhole={isWhole} />,
          },
        ]}
        keyOf={({ name }) => name}
        empty="Enter names first."
      />
    </Stack>
  );
}

/** Sets what proves some names; '' for as domains and policy say. */
type Choose = (chosen: Record<string, string>) => void;

interface ProofProps {
  name: string;
  type: Identifier['type'];
  chosen: string | null;
  /** How it is proven as it is configured. */
  about: string | null;
  /** For a name that nothing is configured for: what could prove it. */
  suggested: string | null;
  plugins: readonly Plugin[];
  choose: Choose;
}

/** What proves one name. Drawn again only when something of its own changed: there may be a hundred. */
const Proof = memo(function Proof({ name, type, chosen, about, suggested, plugins, choose }: ProofProps) {
  const choice = (solver: Solver) => choiceOf({ type, value: name }, solver, plugins);
  return (
    <Stack gap={4} miw={200}>
      <NamePicker<Solver>
        aria-label={`Proof of ${name}`}
        placeholder={asConfigured}
        clearable
        clearButtonProps={{ 'aria-label': `${asConfigured}: ${name}` }}
        operation={operations.solver.list}
        remark={solver => choiceText(choice(solver), solver)}
        refusal={solver => (choice(solver)?.isPossible ? null : choiceText(choice(solver), solver))}
        value={chosen}
        onChange={solver => choose({ [name]: solver ?? '' })}
      />
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      {suggested !== null && (
        <Button
          size="compact-sm"
          variant="light"
          w="fit-content"
          aria-label={`Prove it by ${suggested}: ${name}`}
          onClick={() => choose({ [name]: suggested })}
        >
          {`Prove it by ${suggested}`}
        </Button>
      )}
    </Stack>
  );
});

function choiceOf(identifier: Identifier, solver: Solver, plugins: readonly Plugin[]): SolverChoice | undefined {
  return choicesFor(identifier, [solver], plugins)[0];
}

function choiceText(choice: SolverChoice | undefined, { virtualService }: Solver): string {
  return [virtualService && placeOf(virtualService), choice?.about].filter(Boolean).join(', ');
}
