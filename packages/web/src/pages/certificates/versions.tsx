import { type Certificate, operations, type Version } from '@certfleet/contract';
import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionButton } from '../../parts/action.js';
import { Few } from '../../parts/few.js';
import { Mark } from '../../parts/mark.js';
import { Moment } from '../../parts/moment.js';
import { Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { ExportDialog } from './export-dialog.js';
import { RevokeDialog } from './revoke-dialog.js';
import { VersionPicture } from './version-picture.js';

const { certificate: ops } = operations;
/** So many are drawn; those before have ended long ago. */
const inPicture = 12;

/** Every chain that was issued, on a time line and in a table. */
export function Versions({ certificate }: { certificate: Certificate }) {
  const { name, renewal, source } = certificate;
  const { data, error } = useQuery(read(ops.versions, { params: { name }, query: { limit: 100 } }));
  const [dialog, setDialog] = useState<{ what: 'export' | 'revoke'; version: number } | null>(null);
  if (!data) return error && <ProblemAlert error={error} />;
  const current = certificate.version?.id;
  return (
    <Section title="Versions">
      {data.items.length > 0 && (
        <VersionPicture versions={data.items.slice(0, inPicture)} current={current} renewalAt={renewal?.at ?? null} />
      )}
      <Few
        label="Versions"
        rows={data.items}
        columns={[
          { title: 'Version', needsTitle: true, isShort: true, cell: ({ number }) => number },
          {
            title: 'State',
            isShort: true,
            cell: version => <VersionMark version={version} isCurrent={version.id === current} />,
          },
          { title: 'Issued', isShort: true, cell: ({ notBefore }) => <Moment at={notBefore} as="day" /> },
          { title: 'Expires', isShort: true, cell: ({ notAfter }) => <Moment at={notAfter} as="day" /> },
          { title: 'Issuer', cell: ({ issuer }) => issuer },
          { title: 'Key', isShort: true, cell: ({ keyAlgorithm }) => keyAlgorithm ?? 'of another kind' },
          { title: 'Serial', cell: ({ serial }) => <code>{serial}</code> },
          {
            title: 'Actions',
            isShort: true,
            cell: version => (
              <Group gap={4} wrap="nowrap">
                <ActionButton
                  operation={ops.export}
                  size="compact-xs"
                  variant="default"
                  onClick={() => setDialog({ what: 'export', version: version.number })}
                >
                  Export…
                </ActionButton>
                <ActionButton
                  operation={ops.revoke}
                  refusal={refusalToRevoke(version, source)}
                  size="compact-xs"
                  variant="default"
                  onClick={() => setDialog({ what: 'revoke', version: version.number })}
                >
                  Revoke…
                </ActionButton>
              </Group>
            ),
          },
        ]}
        keyOf={({ id }) => id}
        empty="None was issued yet."
      />
      {data.nextCursor !== null && <Text size="sm">These are the newest {data.items.length}.</Text>}
      {dialog?.what === 'export' && (
        <ExportDialog certificate={certificate} version={dialog.version} onClose={() => setDialog(null)} />
      )}
      {dialog?.what === 'revoke' && (
        <RevokeDialog certificate={certificate} version={dialog.version} onClose={() => setDialog(null)} />
      )}
    </Section>
  );
}

function refusalToRevoke({ revokedAt, account }: Version, source: Certificate['source']): string | null {
  if (revokedAt !== null) return 'It is revoked already.';
  if (source === 'imported') return 'It was imported: whoever got it issued can revoke it.';
  return account === null ? 'The account that it was issued to is not here any more.' : null;
}

function VersionMark({ version, isCurrent }: { version: Version; isCurrent: boolean }) {
  const { revokedAt, revocation, notAfter } = version;
  if (revokedAt !== null) return <Mark standing="bad">revoked</Mark>;
  if (revocation) return <Mark standing="attention">to be revoked</Mark>;
  if (Date.parse(notAfter) <= Date.now()) return <Mark standing={isCurrent ? 'bad' : 'off'}>expired</Mark>;
  return isCurrent ? <Mark standing="good">current</Mark> : <Mark standing="off">earlier</Mark>;
}
