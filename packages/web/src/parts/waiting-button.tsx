import { Button, type ButtonProps } from '@mantine/core';
import { useMergedRef } from '@mantine/hooks';
import type { ComponentProps } from 'react';
import { useFocusKept } from './focus.js';

/** A button whose call the server answers: nothing can be pressed twice meanwhile, and the focus is not lost by that. */
export function WaitingButton({
  loading = false,
  ref,
  ...others
}: ButtonProps & Omit<ComponentProps<'button'>, 'color' | 'style'>) {
  const kept = useFocusKept(loading);
  return <Button ref={useMergedRef(kept, ref)} loading={loading} {...others} />;
}
