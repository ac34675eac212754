import type { Operation } from '@certfleet/contract';
import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { useRefusal } from '../../session/session.js';

/** Shows its children to those who may call the operation that they read by, and to others why they are not shown. */
export function ForRole({ operation, children }: { operation: Operation; children: ReactNode }) {
  const refusal = useRefusal(operation);
  if (refusal === null) return children;
  return (
    <Alert color="gray" title="Nothing is shown to you here">
      {refusal}
    </Alert>
  );
}
