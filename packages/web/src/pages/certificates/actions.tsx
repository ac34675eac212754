import { type Certificate, operations } from '@certfleet/contract';
import { Button, Menu, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { ActionItem } from '../../parts/action-item.js';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { ImportCertificate } from '../ssl-certificates/import-certificate.js';
import { ChangeDialog } from './change-dialog.js';
import { ExportDialog } from './export-dialog.js';
import { KeyDialog } from './key-dialog.js';
import { refusalOf } from './refusal.js';
import { RevokeDialog } from './revoke-dialog.js';

const { certificate: ops } = operations;

type Dialog = 'import' | 'change' | 'export' | 'key' | 'revoke' | 'compromised' | 'delete';

/** What can be done with a certificate. */
export function Actions({ certificate }: { certificate: Certificate }) {
  const { name, source, version, lastError } = certificate;
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const tellAskedFor = useTellAskedFor();
  const renew = useCall(ops.renew, { onDone: () => tellAskedFor(`A new version of ${name} was asked for.`) });
  return (
    <>
      {source === 'imported' ? (
        <ActionButton operation={ops.import} onClick={() => setDialog('import')}>
          Import its next version…
        </ActionButton>
      ) : (
        <ActionButton
          operation={ops.renew}
          refusal={refusalOf('order', certificate)}
          onClick={() => renew.mutate({ params: { name } })}
          loading={renew.isPending}
        >
          {lastError ? 'Try again now' : 'Renew now'}
        </ActionButton>
      )}
      <ActionButton
        operation={ops.export}
        refusal={refusalOf('export', certificate)}
        variant="default"
        onClick={() => setDialog('export')}
      >
        Export…
      </ActionButton>
      <ActionButton operation={ops.change} variant="default" onClick={() => setDialog('change')}>
        Change…
      </ActionButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default">More</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ActionItem
            operation={ops.importKey}
            refusal={refusalOf('renew', certificate)}
            onClick={() => setDialog('key')}
          >
            Bring a key along…
          </ActionItem>
          <ActionItem
            operation={ops.revoke}
            refusal={refusalOf('revoke', certificate)}
            hurts
            onClick={() => setDialog('compromised')}
          >
            Its key may be known to others…
          </ActionItem>
          <ActionItem
            operation={ops.revoke}
            refusal={refusalOf('revoke', certificate)}
            hurts
            onClick={() => setDialog('revoke')}
          >
            Revoke…
          </ActionItem>
          <ActionItem operation={ops.delete} hurts onClick={() => setDialog('delete')}>
            Delete…
          </ActionItem>
        </Menu.Dropdown>
      </Menu>
      {renew.error && <ProblemAlert error={renew.error} />}
      <ImportCertificate opened={dialog === 'import'} replaces={name} onClose={close} />
      {dialog === 'change' && <ChangeDialog certificate={certificate} onClose={close} />}
      {dialog === 'key' && <KeyDialog name={name} onClose={close} />}
      {dialog === 'export' && version && (
        <ExportDialog certificate={certificate} version={version.number} onClose={close} />
      )}
      {(dialog === 'revoke' || dialog === 'compromised') && version && (
        <RevokeDialog
          certificate={certificate}
          version={version.number}
          {...(dialog === 'compromised' ? { reason: 'keyCompromise' as const } : {})}
          onClose={close}
        />
      )}
      <DeleteDialog certificate={certificate} opened={dialog === 'delete'} onClose={close} />
    </>
  );
}

interface DeleteDialogProps {
  certificate: Certificate;
  opened: boolean;
  onClose: () => void;
}

function DeleteDialog({ certificate, opened, onClose }: DeleteDialogProps) {
  const { name } = certificate;
  const navigate = useNavigate();
  const refusal = refusalOf('delete', certificate);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={`Delete ${name}?`}
      verb="Delete"
      operation={ops.delete}
      input={{ params: { name } }}
      nameToType={name}
      onDone={() => {
        tellDone(`${name} was deleted.`);
        return navigate({ to: '/certificates' });
      }}
    >
      <Text>
        {certificate.version
          ? 'It is forgotten here with all its versions and private keys, and not renewed any more. At the CA it stays valid until it expires.'
          : 'It is forgotten here with what was prepared for it. Its order, if there is one, is given up.'}{' '}
        This can’t be undone.
      </Text>
      {refusal && (
        <Text mt="xs" fw={600}>
          The server will refuse that as long as it stands. {refusal}
        </Text>
      )}
    </Confirm>
  );
}
