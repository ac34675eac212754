import { type Certificate, operations } from '@certfleet/contract';
import { Box, Button, Menu, Text } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionItem } from '../../parts/action-item.js';
import { useTellAskedFor } from '../../parts/asked-for.js';
import { Confirm } from '../../parts/confirm.js';
import { tellDone, tellFailure } from '../../parts/done.js';
import { AssignedServices } from './assigned-services.js';
import { ChallengeServices } from './challenge-services.js';
import { ImportCertificate } from './import-certificate.js';
import { refusalsOf } from './refusals.js';

/** The buttons of LoadMaster's list, greyed with the reason where they can't be pressed. */
export function CertificateOperations({ certificate }: { certificate: Certificate }) {
  const { name } = certificate;
  const [open, setOpen] = useState<'assign' | 'replace' | 'challenge' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const refusals = refusalsOf(certificate);
  const tellAskedFor = useTellAskedFor();
  const renew = useCall(operations.certificate.renew, {
    onDone: () =>
      tellAskedFor(`A renewal of ${name} was asked for. What is served stays until the next version is there.`),
  });
  const startRenewal = () =>
    renew.mutate({ params: { name } }, { onError: error => tellFailure(`${name} was not renewed`, error) });
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button variant="default" size="compact-xs" loading={renew.isPending} aria-label={`Operations of ${name}`}>
            <Box component="span" visibleFrom="sm">
              Operations
            </Box>
            <Box component="span" hiddenFrom="sm" aria-hidden>
              ⋯
            </Box>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <ActionItem operation={operations.certificate.assign} onClick={() => setOpen('assign')}>
            Available and assigned VSs
          </ActionItem>
          <ActionItem operation={operations.certificate.renew} refusal={refusals.renew} onClick={startRenewal}>
            Renew certificate
          </ActionItem>
          <ActionItem
            operation={operations.certificate.import}
            refusal={refusals.replace}
            onClick={() => setOpen('replace')}
          >
            Replace certificate
          </ActionItem>
          <ActionItem
            operation={operations.certificate.show}
            refusal={refusals.challengeServices}
            onClick={() => setOpen('challenge')}
          >
            HTTP challenge VSs
          </ActionItem>
          <Menu.Divider />
          <ActionItem
            operation={operations.certificate.delete}
            refusal={refusals.delete}
            hurts
            onClick={() => setOpen('delete')}
          >
            Delete certificate
          </ActionItem>
        </Menu.Dropdown>
      </Menu>
      <AssignedServices opened={open === 'assign'} onClose={close} name={name} />
      <ImportCertificate opened={open === 'replace'} onClose={close} replaces={name} />
      <ChallengeServices opened={open === 'challenge'} onClose={close} certificate={certificate} />
      <Confirm
        opened={open === 'delete'}
        onClose={close}
        title={`Delete the certificate ${name}?`}
        verb="Delete"
        operation={operations.certificate.delete}
        input={{ params: { name } }}
        nameToType={name}
        onDone={() => tellDone(`${name} is deleted.`)}
      >
        <Text size="sm">
          It is assigned nowhere. It is deleted here with its keys and all its versions, and stays valid at the
          certificate authority until it expires.
        </Text>
      </Confirm>
    </>
  );
}
