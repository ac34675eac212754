import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyProps {
  /** There is nothing else on the page. */
  isWhole?: boolean;
  children: ReactNode;
}

/** Where a table would be: that there is nothing, and what to do first. */
export function Empty({ isWhole = false, children }: EmptyProps) {
  return (
    <div className={isWhole ? 'empty whole' : 'empty'}>
      {typeof children === 'string' ? <Text>{children}</Text> : children}
    </div>
  );
}
