import { Role } from '@certfleet/contract';
import { Select, type SelectProps } from '@mantine/core';

const meanings: Record<Role, string> = {
  viewer: 'viewer: sees all but secrets',
  operator: 'operator: also requests, renews, deploys and changes virtual services',
  admin: 'admin: everything',
};

/** What someone, or a token, may do. */
export function RoleSelect(props: Omit<SelectProps, 'data' | 'label'>) {
  return (
    <Select
      label="Role"
      data={Role.options.map(value => ({ value, label: meanings[value] }))}
      allowDeselect={false}
      {...props}
    />
  );
}
