import { type Certificate, operations } from '@certfleet/contract';
import { Alert, Stack, Stepper, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useProgress } from '../../live/live-context.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { read } from '../../query.js';
import { ManualChallenges } from './manual-challenges.js';
import { orderSteps, stepAt } from './steps.js';

interface RunningProps {
  certificate: Certificate;
  /** Whether a deployment of the current version is under way. */
  isDeploying: boolean;
}

/** The order that is under way, step by step, as it goes. */
export function Running({ certificate: { name, issuance }, isDeploying }: RunningProps) {
  const client = useQueryClient();
  const progress = useProgress(`certificate:${name}`);
  const [before] = useState(progress);
  const said = progress === before ? undefined : progress;
  // What is said is passing; how it stands is read each time.
  useEffect(() => {
    if (!said) return;
    for (const operation of [operations.certificate.show, operations.certificate.assignments]) {
      client.invalidateQueries({ queryKey: read(operation, { params: { name } }).queryKey });
    }
  }, [client, name, said]);
  const isNarrow = useMediaQuery('(max-width: 75em)', false, { getInitialValueInEffect: false });
  const at = stepAt({ issuance, progress: said, isDeploying });
  if (at === null) return null;
  const isOver = at === orderSteps.length;
  const now = orderSteps[at];
  return (
    <Section title={isOver ? 'Issued while you were looking' : 'Under way'}>
      <Text role="status" size="sm">
        {isOver ? (
          'All steps are done.'
        ) : (
          <>
            Step {at + 1} of {orderSteps.length}, {now?.title}: {now?.about}
          </>
        )}
        {issuance && (
          <>
            {' '}
            By account {issuance.account}, attempt {issuance.attempt}, begun{' '}
            <Moment at={issuance.since} as="distance" />.
          </>
        )}
      </Text>
      <Stepper
        active={at}
        size="xs"
        orientation={isNarrow ? 'vertical' : 'horizontal'}
        allowNextStepsSelect={false}
        aria-hidden
        iconSize={26}
      >
        {orderSteps.map(({ title, about }, index) => (
          <Stepper.Step
            key={title}
            label={title}
            {...(isNarrow ? { description: about } : {})}
            loading={index === at && !issuance?.needsPerson}
            allowStepSelect={false}
            tabIndex={-1}
          />
        ))}
      </Stepper>
      <Stack gap="xs">
        {issuance?.reason && (
          <Alert
            color={issuance.needsPerson ? 'yellow' : 'blue'}
            title={issuance.needsPerson ? 'It waits for a person' : 'It waits'}
          >
            {issuance.reason}
            {issuance.waitsUntil && (
              <>
                {' '}
                Next look: <Moment at={issuance.waitsUntil} />.
              </>
            )}
          </Alert>
        )}
        {issuance?.needsPerson && <ManualChallenges name={name} />}
      </Stack>
    </Section>
  );
}
