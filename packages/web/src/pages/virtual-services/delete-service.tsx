import { operations, type VirtualService } from '@certfleet/contract';
import { Alert, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Confirm } from '../../parts/confirm.js';
import { tellDone } from '../../parts/done.js';
import { Loading } from '../../parts/loading.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { AllCertificates } from './all-certificates.js';
import { dependentsOf, told } from './dependents.js';
import { place, titleOf } from './words.js';

const none = { items: [], nextCursor: null };

interface DeleteServiceProps {
  opened: boolean;
  onClose: () => void;
  service: VirtualService;
}

/** Says what depends on a virtual service before it is deleted. */
export function DeleteService({ opened, onClose, service }: DeleteServiceProps) {
  const navigate = useNavigate();
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={`Delete ${titleOf(service)}?`}
      verb="Delete"
      operation={operations.virtualService.delete}
      input={{ params: { index: service.index } }}
      nameToType={service.name ?? place(service)}
      onDone={() => {
        tellDone(`${titleOf(service)} is deleted.`);
        return navigate({ to: '/virtual-services' });
      }}
    >
      <WhatDepends service={service} />
    </Confirm>
  );
}

function WhatDepends({ service }: { service: VirtualService }) {
  const solver = `vs-${service.index}`;
  const domains = useQuery(read(operations.domain.list, { query: { solver, limit: told } }));
  const policies = useQuery(read(operations.policy.list, { query: { solver, limit: told } }));
  const error = domains.error ?? policies.error;
  const isRead = domains.data !== undefined && policies.data !== undefined;
  const { hold, lost } = dependentsOf(service, domains.data ?? none, policies.data ?? none);
  return (
    <>
      <Text size="sm">
        HAProxy ceases to listen on {place(service)} at once.
        {lost.length > 0 && ` Its ${lost.join(' and ')} go with it.`} Its index is never given again.
      </Text>
      {error && <ProblemAlert error={error} retry={() => Promise.all([domains.refetch(), policies.refetch()])} />}
      {!isRead && !error && <Loading what="what depends on it" />}
      {hold.length > 0 && (
        <Alert color="yellow" mt="sm" title="It will be refused as long as this depends on it">
          <List size="sm">
            {hold.map(line => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          {service.certificates.length > told && <AllCertificates service={service} />}
        </Alert>
      )}
    </>
  );
}
