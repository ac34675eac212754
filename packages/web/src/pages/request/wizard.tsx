import { type Certificate, operations, type Policy } from '@certfleet/contract';
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type ComponentType, useEffect, useRef } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { RoleNote } from '../../parts/form.js';
import { GoButton } from '../../parts/go.js';
import { useNamed } from '../../parts/named.js';
import { Page } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';
import { CertificateStep } from './certificate-step.js';
import { DeployStep } from './deploy-step.js';
import { changeOf, type Draft, requestOf, type Step, steps, whatIsMissing, wishOf } from './draft.js';
import { forgetDraft, useKeptDraft } from './kept-draft.js';
import { NamesStep } from './names-step.js';
import { ProofStep } from './proof-step.js';
import { ReviewStep } from './review-step.js';
import type { StepProps } from './step.js';
import { StepBar, titles } from './step-bar.js';
import { usePreflight } from './use-preflight.js';

const route = getRouteApi('/inside/request');

const pages: Record<Step, ComponentType<StepProps>> = {
  names: NamesStep,
  proof: ProofStep,
  certificate: CertificateStep,
  deploy: DeployStep,
  review: ReviewStep,
};

interface WizardProps {
  /** The certificate that is mended; null: a new one is asked for. */
  mended: Certificate | null;
  initial: Draft;
}

/** The steps before a request, or before one that has failed is tried again. */
export function Wizard(props: WizardProps) {
  // Two tell whether there is one, which is then taken.
  const policies = useQuery(read(operations.policy.list, { query: { limit: 2 } }));
  return (
    <Shown of={policies} what="the policies" title="Request a certificate">
      {({ items }) => <Steps {...props} someOfThem={items} />}
    </Shown>
  );
}

/** `someOfThem`: two policies, or as many as there are. */
function Steps({ mended, initial, someOfThem }: WizardProps & { someOfThem: readonly Policy[] }) {
  const { draft, change, isKept } = useKeptDraft(mended?.name, initial);
  const missing = whatIsMissing(draft);
  const { step: wanted = 'names' } = route.useSearch();
  // Where it goes is not changed by mending: its own page does that.
  const order: readonly Step[] = mended === null ? steps : steps.filter(step => step !== 'deploy');
  // Nobody gets past what is missing, by a link or by a reload.
  const latest = missing === null ? order.length - 1 : order.indexOf(missing.step);
  const place = Math.max(0, Math.min(order.indexOf(wanted), latest));
  const step = order[place] ?? 'names';
  const wish = wishOf(draft, someOfThem);
  const { thing: policy } = useNamed<Policy>(operations.policy.list, wish.policy);
  const preflight = usePreflight(
    { ...wish, isThere: mended !== null },
    wish.identifiers.length > 0 && step !== 'names',
  );
  const top = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) top.current?.focus();
    shown.current = step;
  }, [step]);
  const StepPage = pages[step];
  const search = { certificate: mended?.name };
  const next = order[place + 1];
  return (
    <Page title={mended === null ? 'Request a certificate' : `Mend the request of ${mended.name}`}>
      <RoleNote operation={operations.certificate.request} />
      {!isKept && <Text size="sm">This browser has no room for what you enter: a reload of the page forgets it.</Text>}
      <StepBar steps={order} step={step} latest={latest} certificate={mended?.name} />
      <Stack
        ref={top}
        tabIndex={-1}
        component="section"
        aria-label={`Step ${place + 1}, ${titles[step]}`}
        className="step"
      >
        <StepPage {...{ draft, change, wish, preflight, policy, mended }} />
      </Stack>
      {next === undefined ? (
        <Ask
          wish={wish}
          mended={mended}
          refusal={
            missing?.message ?? (policy === null ? `There is no policy ${wish.policy}: choose another one.` : null)
          }
          back={order[place - 1]}
        />
      ) : (
        <Group className="onward">
          {place > 0 && (
            <GoButton variant="default" to="/request" search={{ ...search, step: order[place - 1] }}>
              Back
            </GoButton>
          )}
          <Onward
            next={next}
            refusal={place >= latest ? (missing?.message ?? null) : null}
            certificate={mended?.name}
          />
        </Group>
      )}
    </Page>
  );
}

interface OnwardProps {
  next: Step;
  refusal: string | null;
  certificate: string | undefined;
}

function Onward({ next, refusal, certificate }: OnwardProps) {
  const navigate = route.useNavigate();
  return (
    <ActionButton
      operation={operations.certificate.request}
      refusal={refusal}
      onClick={() => navigate({ to: '/request', search: { certificate, step: next } })}
    >
      {`Go on: ${titles[next].toLowerCase()}`}
    </ActionButton>
  );
}

interface AskProps {
  wish: StepProps['wish'];
  mended: Certificate | null;
  refusal: string | null;
  back: Step | undefined;
}

/** The button that asks for it, and what the server says if it refuses. */
function Ask({ wish, mended, refusal, back }: AskProps) {
  const navigate = route.useNavigate();
  const then = {
    onReply: () => {
      forgetDraft(mended?.name);
      return undefined;
    },
    onDone: () =>
      navigate({
        to: '/request',
        search: { certificate: wish.name, since: mended?.version?.number },
        replace: true,
      }),
  };
  const request = useCall(operations.certificate.request, then);
  const change = useCall(operations.certificate.change, then);
  const renew = useCall(operations.certificate.renew, then);
  const body = mended === null ? null : changeOf(mended, wish);
  const ask = () => {
    if (mended === null) request.mutate({ body: requestOf(wish) });
    else if (body === null) renew.mutate({ params: { name: mended.name } });
    else change.mutate({ params: { name: mended.name }, body });
  };
  const error = request.error ?? change.error ?? renew.error;
  return (
    <Stack>
      {error && <ProblemAlert error={error} />}
      <Group className="onward">
        {back && (
          <GoButton variant="default" to="/request" search={{ certificate: mended?.name, step: back }}>
            Back
          </GoButton>
        )}
        <ActionButton
          operation={operations.certificate.request}
          refusal={refusal}
          loading={request.isPending || change.isPending || renew.isPending}
          onClick={ask}
        >
          {mended === null ? 'Request the certificate' : body === null ? 'Try again' : 'Change it and try again'}
        </ActionButton>
      </Group>
    </Stack>
  );
}
