import { type Assignment, operations, type VirtualService } from '@certfleet/contract';
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { deploymentState } from '../../parts/deployment.js';
import { Dialog, useHeldOpen } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { Mark } from '../../parts/mark.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { both, Shown } from '../../parts/shown.js';
import { Unassign } from '../../parts/unassign.js';
import { readAll } from '../../query.js';
import { place } from '../virtual-services/words.js';
import { useAllServices } from './all-services.js';
import { ownTarget } from './assigned.js';

interface AssignedServicesProps {
  opened: boolean;
  onClose: () => void;
  /** Of the certificate. */
  name: string;
}

/** LoadMaster's two lists in one: HTTPS services that have the certificate, and those that could. */
export function AssignedServices({ opened, onClose, name }: AssignedServicesProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Available and assigned VSs of ${name}`} size="xl">
      {() => <Services name={name} />}
    </Dialog>
  );
}

/** Nothing is called available before it is known where the certificate is. */
function Services({ name }: { name: string }) {
  const services = useAllServices();
  const assignments = useQuery(readAll<Assignment>(operations.certificate.assignments, { params: { name } }));
  return (
    <Shown of={both(services, assignments)} what="where it is assigned">
      {([all, assigned]) => (
        <HttpsServices name={name} services={all.filter(({ type }) => type === 'https')} assignments={assigned} />
      )}
    </Shown>
  );
}

interface HttpsServicesProps {
  name: string;
  services: readonly VirtualService[];
  assignments: readonly Assignment[];
}

function HttpsServices({ name, services, assignments }: HttpsServicesProps) {
  const assign = useCall(operations.certificate.assign);
  const [leaving, setLeaving] = useState<string | null>(null);
  useHeldOpen(assign.isPending);
  const of = ({ index }: VirtualService) => assignments.find(({ target }) => target === ownTarget(index));
  return (
    <Stack>
      <Few
        label="HTTPS virtual services"
        rows={services}
        columns={[
          { title: 'Virtual service', cell: service => `${service.index} ${service.name ?? place(service)}` },
          { title: 'State', cell: service => <State assignment={of(service)} /> },
          {
            title: 'Actions',
            cell: service => {
              const target = ownTarget(service.index);
              if (of(service)) {
                return (
                  <ActionButton
                    operation={operations.certificate.unassign}
                    variant="default"
                    size="compact-xs"
                    aria-label={`Unassign it from ${target}`}
                    onClick={() => setLeaving(target)}
                  >
                    Unassign…
                  </ActionButton>
                );
              }
              return (
                <Group gap="xs">
                  {[false, true].map(isDefault => (
                    <ActionButton
                      key={String(isDefault)}
                      operation={operations.certificate.assign}
                      variant="default"
                      size="compact-xs"
                      disabled={assign.isPending}
                      aria-label={`Assign it to ${target}${isDefault ? ' as the default' : ''}`}
                      onClick={() => assign.mutate({ params: { name }, body: { target, isDefault } })}
                    >
                      {isDefault ? 'As the default' : 'Assign'}
                    </ActionButton>
                  ))}
                </Group>
              );
            },
          },
        ]}
        keyOf={({ index }) => String(index)}
        empty="There is no HTTPS virtual service."
      />
      {assign.error && <ProblemAlert error={assign.error} />}
      <Unassign certificate={name} target={leaving} onClose={() => setLeaving(null)} />
    </Stack>
  );
}

function State({ assignment }: { assignment: Assignment | undefined }) {
  if (!assignment) return <Text size="sm">available</Text>;
  const { deployment, isDefault } = assignment;
  const { standing, word } = deploymentState(deployment);
  return (
    <Group gap="xs">
      <Mark standing={standing}>{word}</Mark>
      {isDefault && <Text size="sm">as the default</Text>}
    </Group>
  );
}
