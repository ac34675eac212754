import { NumberInput, type NumberInputProps } from '@mantine/core';

/** A port of TCP. What is none is told at the field, and not made one. */
export function PortInput(props: NumberInputProps) {
  return <NumberInput label="Port" min={1} max={65_535} allowDecimal={false} clampBehavior="none" {...props} />;
}
