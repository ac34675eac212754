import { type Certificate, operations } from '@certfleet/contract';
import { Alert, Group, Text } from '@mantine/core';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { CaSays } from '../../parts/ca-says.js';
import { Go, GoButton } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import type { Step } from './draft.js';
import { forgetDraft } from './kept-draft.js';
import { PreflightSection } from './preflight-section.js';
import { usePreflight } from './use-preflight.js';

/** Why an order has failed, name by name, what can be seen of it from here, and how to mend it. */
export function Failure({ certificate, since }: { certificate: Certificate; since: number }) {
  const { name, lastError, renewal, issuance } = certificate;
  const tellAskedFor = useTellAskedFor();
  const renew = useCall(operations.certificate.renew, {
    onDone: () => tellAskedFor(`A new attempt for ${name} was asked for.`),
  });
  const preflight = usePreflight({ name }, issuance === null, lastError?.at);
  if (lastError === null) return null;
  return (
    <Section title="Why it failed">
      <Alert color="red" title={`The attempt has failed (${lastError.attempts} so far)`} role="alert">
        {renewal && (
          <Text size="sm">
            It is tried again by itself <Moment at={renewal.at} as="distance" />. Mend it before: CAs count failures.
          </Text>
        )}
      </Alert>
      <CaSays certificate={certificate} />
      <PreflightSection title="What can be seen from here now" preflight={preflight} />
      {renew.error && <ProblemAlert error={renew.error} />}
      <Group>
        <ActionButton
          operation={operations.certificate.renew}
          loading={renew.isPending || issuance !== null}
          onClick={() => renew.mutate({ params: { name } })}
        >
          Try again
        </ActionButton>
        {mendings.map(([step, title]) => (
          <GoButton
            key={step}
            variant="default"
            to="/request"
            search={{ certificate: name, step, since: since === 0 ? undefined : since }}
            onClick={() => forgetDraft(name)}
          >
            {title}
          </GoButton>
        ))}
      </Group>
      <Text size="sm">
        Where it is deployed is changed on{' '}
        <Go to="/certificates/$name" params={{ name }} underline="always">
          its page
        </Go>
        .
      </Text>
    </Section>
  );
}

/** Where what may be wrong is mended. */
const mendings = [
  ['proof', 'Prove it in another way'],
  ['names', 'Change the names'],
  ['certificate', 'Change policy, profile or key'],
] as const satisfies (readonly [Step, string])[];
