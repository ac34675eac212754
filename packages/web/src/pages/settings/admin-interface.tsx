import { operations, type Target } from '@certfleet/contract';
import { Group, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Facts } from '../../parts/facts.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';

/** The type of the target that is Certfleet itself, and what such a target is called when it is made here. */
const type = 'admin-interface';

/** The certificate of Certfleet's own API and web interface. */
export function AdminInterfacePage() {
  const { data, error, refetch } = useQuery(read(operations.target.list, { query: { limit: 1000 } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!data) return <Loading what="the targets" />;
  const target = data.items.find(one => one.type === type);
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
  const { data, error } = useQuery(read(operations.certificate.assignments, { params: { name: certificate } }));
  const { data: system } = useQuery(read(operations.system.show, {}));
  const deployment = data?.items.find(one => one.target === target.name)?.deployment ?? null;
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
          ['Deployment', deployment ? `version ${deployment.version}: ${deployment.status}` : 'none yet'],
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
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search, 150);
  const [certificate, setCertificate] = useState<string | null>(null);
  const { data } = useQuery(
    read(operations.certificate.list, { query: { limit: 20, ...(wanted === '' ? {} : { search: wanted }) } }),
  );
  const assign = useCall(operations.certificate.assign, {
    onDone: ({ certificate: name }) => {
      tellDone(`${name} was assigned. It is served as soon as it is deployed.`);
      setCertificate(null);
    },
  });
  const makeTarget = useCall(operations.target.create);
  const submit = async () => {
    if (certificate === null) return;
    const { name } = target ?? (await makeTarget.mutateAsync({ body: { name: type, type } }));
    assign.mutate({ params: { name: certificate }, body: { target: name } });
  };
  return (
    <Section
      title="Assign a certificate"
      about="Its names should be those that people open this page at. What has no key here, since it came with a CSR, can't be used."
    >
      <Stack maw={420} align="flex-start">
        <Select
          label="Certificate"
          placeholder="Search"
          searchable
          clearable
          w="100%"
          data={data?.items.map(({ name }) => name) ?? []}
          filter={({ options }) => options}
          nothingFoundMessage="No certificate is called like that."
          searchValue={search}
          onSearchChange={setSearch}
          value={certificate}
          onChange={setCertificate}
        />
        {makeTarget.error && <ProblemAlert error={makeTarget.error} />}
        {assign.error && <ProblemAlert error={assign.error} />}
        <ActionButton
          operation={operations.certificate.assign}
          refusal={certificate === null ? 'Choose a certificate first.' : null}
          onClick={submit}
          loading={assign.isPending || makeTarget.isPending}
        >
          Assign it
        </ActionButton>
      </Stack>
    </Section>
  );
}
