import type { VirtualServiceType } from '@certfleet/contract';
import { Checkbox, Select } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { PortInput } from '../../parts/port-input.js';
import { typedNumber } from '../../parts/typed-number.js';
import { types } from './words.js';

/** What a form of a virtual service holds of its type. */
type TypeValues = { type: VirtualServiceType; redirectPort: number | string; http2: boolean };

/** What is sent for it: what only another type has is left out. */
export function typeOf({ type, redirectPort, http2 }: TypeValues) {
  return {
    type,
    ...(type === 'redirect' && { redirectPort: typedNumber(redirectPort) }),
    ...(type === 'https' && { http2 }),
  };
}

interface TypeSelectProps {
  value?: string;
  onChange?: (value: string | null) => void;
}

/** HTTP, HTTPS or redirect; as a form's inputs are. */
export function TypeSelect(props: TypeSelectProps) {
  return (
    <Select
      label="Type"
      description="On a LoadMaster: HTTPS is SSL Acceleration, a redirect an Error Code with https://%h%s."
      allowDeselect={false}
      data={Object.entries(types).map(([value, label]) => ({ value, label }))}
      {...props}
    />
  );
}

/** What only one of the types has. */
export function TypeFields<Values extends TypeValues>({ form }: { form: UseFormReturnType<Values> }) {
  const { type } = form.getValues();
  if (type === 'redirect') {
    return (
      <PortInput
        label="Port of HTTPS"
        description="Requests are sent to the same host there."
        {...form.getInputProps('redirectPort')}
      />
    );
  }
  if (type === 'http') return null;
  return <Checkbox label="Offer HTTP/2 beside HTTP/1.1" {...form.getInputProps('http2', { type: 'checkbox' })} />;
}
