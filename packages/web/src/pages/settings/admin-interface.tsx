import { operations, type Target } from '@certfleet/contract';
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { deploymentState } from '../../parts/deployment.js';
import { tellDone } from '../../parts/done.js';
import { Facts } from '../../parts/facts.js';
import { RoleNote } from '../../parts/form.js';
import { Go } from '../../parts/go.js';
import { Moment } from '../../parts/moment.js';
import { NamePicker } from '../../parts/name-picker.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';

/** The type of the target that is Certfleet itself, and what such a target is called when it is made here. */
const type = 'admin-interface';

/** The certificate of Certfleet's own API and web interface. */
export function AdminInterfacePage() {
  const targets = useQuery(read(operations.target.list, { query: { type, limit: 1 } }));
  return (
    <Shown of={targets} what="the targets" title="Own certificate">
      {({ items: [target] }) => <OwnCertificate target={target} />}
    </Shown>
  );
}

function OwnCertificate({ target }: { target: Target | undefined }) {
  const certificate = target?.certificates[0];
  return (
    <Page title="Own certificate">
      <Text>
        The certificate of Certfleet's own API and web interface. Until one is assigned, a self-signed one is served.
      </Text>
      {target && certificate !== undefined ? (
        <Present target={target} certificate={certificate} />
      ) : (
        <>
          <Text fw={600}>The self-signed certificate is served.</Text>
          <Assign target={target} />
        </>
      )}
    </Page>
  );
}

function Present({ target, certificate }: { target: Target; certificate: string }) {
  const [takingOff, setTakingOff] = useState(false);
  const { data, error } = useQuery(
    read(operations.certificate.assignments, { params: { name: certificate }, query: { target: target.name } }),
  );
  const { data: system } = useQuery(read(operations.system.show, {}));
  const deployment = data?.items[0]?.deployment ?? null;
  return (
    <Section title="What is assigned">
      {error && <ProblemAlert error={error} />}
      <Facts
        label="The assigned certificate"
        facts={[
          [
            'Certificate',
            <Go key="certificate" to="/certificates/$name" params={{ name: certificate }}>
              {certificate}
            </Go>,
          ],
          [
            'Deployment',
            deployment ? `version ${deployment.version}: ${deploymentState(deployment).word}` : 'none yet',
          ],
          deployment?.error ? ['Error', deployment.error] : null,
          ['Serial that a handshake read', deployment?.servedSerial ?? null],
          deployment ? ['When', <Moment key="when" at={deployment.at} />] : null,
        ]}
      />
      <Group>
        <ActionButton
          operation={operations.certificate.unassign}
          refusal={system?.paused ? 'Certfleet is paused: nothing is taken off a target. Resume it first.' : null}
          variant="default"
          onClick={() => setTakingOff(true)}
        >
          Take it off
        </ActionButton>
      </Group>
      <Confirm
        opened={takingOff}
        onClose={() => setTakingOff(false)}
        title={`Take ${certificate} off?`}
        verb="Take it off"
        operation={operations.certificate.unassign}
        input={{ params: { name: certificate, target: target.name } }}
        onDone={() => tellDone('The self-signed certificate is served again.')}
      >
        The self-signed certificate is served again: browsers warn of it, and clients that trust the other one refuse
        it.
      </Confirm>
    </Section>
  );
}

function Assign({ target }: { target: Target | undefined }) {
  const [certificate, setCertificate] = useState<string | null>(null);
  const assign = useCall(operations.certificate.assign, {
    onDone: ({ certificate: name }) => {
      tellDone(`${name} was assigned. It is served as soon as it is deployed.`);
      setCertificate(null);
    },
  });
  const makeTarget = useCall(operations.target.create);
  const assignTo = (name: string) =>
    certificate !== null && assign.mutate({ params: { name: certificate }, body: { target: name } });
  const submit = () => {
    if (target) assignTo(target.name);
    else makeTarget.mutate({ body: { name: type, type } }, { onSuccess: ({ name }) => assignTo(name) });
  };
  return (
    <Section
      title="Assign a certificate"
      about="Its names should be those that people open this page at. What has no key here, since it came with a CSR, can't be used."
    >
      <RoleNote operation={operations.certificate.assign} />
      <Stack className="sheet fields">
        <NamePicker
          label="Certificate"
          clearable
          operation={operations.certificate.list}
          value={certificate}
          onChange={setCertificate}
        />
        {makeTarget.error && <ProblemAlert error={makeTarget.error} />}
        {assign.error && <ProblemAlert error={assign.error} />}
        <Group>
          <ActionButton
            operation={operations.certificate.assign}
            refusal={certificate === null ? 'Choose a certificate first.' : null}
            onClick={submit}
            loading={assign.isPending || makeTarget.isPending}
          >
            Assign it
          </ActionButton>
        </Group>
      </Stack>
    </Section>
  );
}
