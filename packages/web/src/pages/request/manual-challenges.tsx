import { type CertificateChallenges, type Challenge, operations } from '@certfleet/contract';
import { Alert, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Confirm } from '../../parts/confirm.js';
import { Copy } from '../../parts/copy.js';
import { Mark, type Standing } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { saveFile } from '../../parts/save-file.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';

/**
 * What people have to present for a certificate's order, to be copied, looked for and, when it got lost, replaced. Shows
 * nothing while nobody is waited for.
 */
export function ManualChallenges({ certificate }: { certificate: string }) {
  const challenges = useQuery(read(operations.certificate.challenges, { params: { name: certificate } }));
  return (
    <Shown of={challenges}>
      {data => <ByHand key={data.order?.expiresAt} certificate={certificate} data={data} />}
    </Shown>
  );
}

function ByHand({ certificate, data }: { certificate: string; data: CertificateChallenges }) {
  const input = { params: { name: certificate } };
  const verify = useCall(operations.certificate.verify);
  const [asked, setAsked] = useState<'anyway' | 'new' | null>(null);
  const byPerson = data.challenges.filter(challenge => challenge.byPerson);
  if (!data.needsPerson || byPerson.length === 0) return null;
  const unseen = verify.data && !verify.data.goesOn;
  return (
    <Section
      title="To be presented by hand"
      about={
        <>
          Put these where the CA can find them, then have them looked for. {data.order && 'The order ends '}
          {data.order && <Moment at={data.order.expiresAt} />}
          {data.order && '; another one has other values.'}
        </>
      }
    >
      {data.lastError && (
        <Alert color="red" title="The attempt before failed">
          {data.lastError.message}
        </Alert>
      )}
      {byPerson.map(challenge => (
        <ChallengeCard
          key={`${challenge.type} ${challenge.http?.file ?? challenge.dns?.value}`}
          challenge={challenge}
        />
      ))}
      {verify.error && <ProblemAlert error={verify.error} />}
      <Text role="status">
        {verify.isPending && 'Looking…'}
        {unseen && 'Not all of it is there yet; the CA was told nothing. What was found instead stands beside each.'}
        {verify.data?.goesOn && 'All of it is there: the CA is told to look.'}
      </Text>
      <Group>
        <ActionButton
          operation={operations.certificate.verify}
          loading={verify.isPending}
          onClick={() => verify.mutate({ ...input, body: {} })}
        >
          Verify
        </ActionButton>
        {unseen && (
          <ActionButton variant="default" operation={operations.certificate.verify} onClick={() => setAsked('anyway')}>
            Have the CA look anyway
          </ActionButton>
        )}
        <ActionButton variant="default" operation={operations.certificate.newChallenge} onClick={() => setAsked('new')}>
          New challenge
        </ActionButton>
      </Group>
      <Confirm
        opened={asked === 'anyway'}
        onClose={() => setAsked(null)}
        title={`Have the CA look at ${certificate}?`}
        verb="Have it look"
        operation={operations.certificate.verify}
        input={{ ...input, body: { anyway: true } }}
      >
        It was not found from here. If the CA does not find it either, the order has failed, and CAs allow few of those.
      </Confirm>
      <Confirm
        opened={asked === 'new'}
        onClose={() => setAsked(null)}
        title={`Start over with other challenges for ${certificate}?`}
        verb="Start over"
        operation={operations.certificate.newChallenge}
        input={input}
      >
        Another order is made. What was presented for this one is of no use any more.
      </Confirm>
    </Section>
  );
}

const states: Record<Challenge['state'], { standing: Standing; text: string }> = {
  open: { standing: 'attention', text: 'to be presented' },
  confirmed: { standing: 'busy', text: 'the CA looks' },
  presented: { standing: 'busy', text: 'presented' },
  removable: { standing: 'off', text: 'can be removed' },
};

function ChallengeCard({ challenge }: { challenge: Challenge }) {
  const { identifier, type, state, http, dns, sighting } = challenge;
  const { standing, text } = sighting?.seen ? { standing: 'good' as const, text: 'found from here' } : states[state];
  return (
    <Card withBorder component="article" aria-label={`${identifier}, ${type}`}>
      <Stack gap="xs">
        <Group gap="xs">
          <Text fw={600} className="breaks">
            {identifier}
          </Text>
          <Text c="dimmed">{type}</Text>
          <Mark standing={standing}>{text}</Mark>
        </Group>
        {http && (
          <>
            <Line title="URL" text={http.url} of={identifier} />
            <Line title="File" text={`.well-known/acme-challenge/${http.file}`} of={identifier} />
            <Line title="Content" text={http.content} of={identifier} />
            <Button
              size="xs"
              variant="default"
              w="fit-content"
              aria-label={`Download the file of ${identifier}`}
              onClick={() => saveFile(http.file, http.content)}
            >
              Download the file
            </Button>
          </>
        )}
        {dns && (
          <>
            <Line title="TXT record" text={dns.name} of={identifier} />
            {dns.aliasOf && <Text size="sm">{`${dns.aliasOf} is an alias (CNAME) that leads there.`}</Text>}
            <Line title="Value" text={dns.value} of={identifier} />
            <Button
              size="xs"
              variant="default"
              w="fit-content"
              aria-label={`Download the record of ${identifier}`}
              onClick={() => saveFile(`${dns.name}.txt`, `${dns.name}. IN TXT "${dns.value}"\n`)}
            >
              Download the record
            </Button>
          </>
        )}
        {sighting && (
          <Text size="sm">
            {sighting.message} (looked for <Moment at={sighting.at} as="distance" />)
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function Line({ title, text, of }: { title: string; text: string; of: string }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {title}
      </Text>
      <Group gap="xs">
        <code className="breaks">{text}</code>
        <Copy text={text} what={`${title} of ${of}`} />
      </Group>
    </div>
  );
}
