import { operations } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { read } from '../query.js';

/** Said beforehand: which certificate is the default of a target, and will not be any more. */
export function FormerDefault({ target }: { target: string }) {
  const { data } = useQuery(read(operations.target.show, { params: { name: target } }));
  return data?.defaultCertificate ? <Text size="sm">{losesDefault(data.defaultCertificate)}</Text> : null;
}

export function losesDefault(certificate: string): string {
  return `${certificate} is the default there now, and will not be any more.`;
}
