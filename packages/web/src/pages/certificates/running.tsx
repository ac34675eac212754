import type { Certificate } from '@certfleet/contract';
import { Alert, Stack, Stepper, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useCertificateProgress } from '../../live/certificate-progress.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ManualChallenges } from '../request/manual-challenges.js';
import { type Deployed, orderSteps, stepAt } from './steps.js';

interface RunningProps {
  certificate: Certificate;
  deployed: Deployed;
}

/** The order that is under way, step by step, as it goes. */
export function Running({ certificate: { name, issuance }, deployed }: RunningProps) {
  const said = useCertificateProgress(name);
  const isNarrow = useMediaQuery('(max-width: 75em)', false, { getInitialValueInEffect: false });
  const at = stepAt({ issuance, progress: said, deployed });
  if (at === null) return null;
  const isOver = at === orderSteps.length;
  const isUnproven = issuance === null && deployed === 'unproven';
  const now = orderSteps[at];
  return (
    <Section title={titleOf({ isOver, isUnproven })}>
      <Text role="status" size="sm">
        {isOver && 'All steps are done.'}
        {isUnproven &&
          'No handshake has read it on each of its targets: what hinders it is said at each of them, below.'}
        {!isOver && !isUnproven && (
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
            loading={index === at && !issuance?.needsPerson && !isUnproven}
            {...(isUnproven && index === at && { color: 'red' })}
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

function titleOf({ isOver, isUnproven }: { isOver: boolean; isUnproven: boolean }): string {
  if (isOver) return 'Issued while you were looking';
  return isUnproven ? 'Issued, but not proven everywhere' : 'Under way';
}
