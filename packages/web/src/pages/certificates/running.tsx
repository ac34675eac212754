import type { Certificate } from '@certfleet/contract';
import { Alert, Stack, Stepper, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useCertificateProgress } from '../../live/certificate-progress.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ManualChallenges } from '../request/manual-challenges.js';
import { orderSteps, stepAt } from './steps.js';

interface RunningProps {
  certificate: Certificate;
  /** Whether a deployment of the current version is under way. */
  isDeploying: boolean;
}

/** The order that is under way, step by step, as it goes. */
export function Running({ certificate: { name, issuance }, isDeploying }: RunningProps) {
  const said = useCertificateProgress(name);
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
        {issuance?.needsPerson && <ManualChallenges certificate={name} />}
      </Stack>
    </Section>
  );
}
