import { type Assignment, operations, type VirtualService } from '@certfleet/contract';
import { Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCall } from '../../call.js';
import { ActionButton } from '../../parts/action.js';
import { Dialog } from '../../parts/dialog.js';
import { Few } from '../../parts/few.js';
import { Mark } from '../../parts/mark.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { place } from '../virtual-services/words.js';
import { deploymentStanding, ownTarget } from './assigned.js';

interface AssignedServicesProps {
  opened: boolean;
  onClose: () => void;
  /** Of the certificate. */
  name: string;
  services: readonly VirtualService[];
}

/** LoadMaster's two lists in one: HTTPS services that have the certificate, and those that could. */
export function AssignedServices({ opened, onClose, name, services }: AssignedServicesProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Available and assigned VSs of ${name}`} size="xl">
      {() => <Services name={name} services={services.filter(({ type }) => type === 'https')} />}
    </Dialog>
  );
}

function Services({ name, services }: Pick<AssignedServicesProps, 'name' | 'services'>) {
  const { data, error } = useQuery(
    read(operations.certificate.assignments, { params: { name }, query: { limit: 1000 } }),
  );
  const assign = useCall(operations.certificate.assign);
  const unassign = useCall(operations.certificate.unassign);
  const failure = error ?? assign.error ?? unassign.error;
  const of = ({ index }: VirtualService) => data?.items.find(({ target }) => target === ownTarget(index));
  return (
    <Stack>
      <Few
        label="HTTPS virtual services"
        rows={services}
        columns={[
          { title: 'Virtual service', cell: service => `${service.index} ${service.name ?? place(service)}` },
          { title: 'State', cell: service => <State assignment={of(service)} /> },
          {
            title: 'What to do',
            cell: service => {
              const target = ownTarget(service.index);
              if (of(service)) {
                return (
                  <ActionButton
                    operation={operations.certificate.unassign}
                    variant="default"
                    size="compact-sm"
                    loading={unassign.isPending && unassign.variables.params.target === target}
                    aria-label={`Take it off ${target}`}
                    onClick={() => unassign.mutate({ params: { name, target } })}
                  >
                    Take off
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
                      size="compact-sm"
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
      {failure && <ProblemAlert error={failure} />}
    </Stack>
  );
}

function State({ assignment }: { assignment: Assignment | undefined }) {
  if (!assignment) return <Text size="sm">available</Text>;
  const { deployment, isDefault } = assignment;
  return (
    <Group gap="xs">
      <Mark standing={deploymentStanding(deployment)}>{deployment?.status ?? 'assigned'}</Mark>
      {isDefault && <Text size="sm">as the default</Text>}
    </Group>
  );
}
