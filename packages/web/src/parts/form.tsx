import { Stack } from '@mantine/core';
import type { ReactNode, SubmitEventHandler } from 'react';

interface FormProps {
  onSubmit: SubmitEventHandler<HTMLFormElement>;
  /** At most so wide, in CSS pixels. */
  width?: number;
  children: ReactNode;
}

/** A form whose fields stand below each other. The schemas check what is typed, with better words than the browser's. */
export function Form({ onSubmit, width, children }: FormProps) {
  return (
    <form noValidate onSubmit={onSubmit}>
      <Stack {...(width === undefined ? {} : { maw: width })}>{children}</Stack>
    </form>
  );
}
