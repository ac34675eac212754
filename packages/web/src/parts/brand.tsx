import { Group } from '@mantine/core';

/** Whose page it is. */
export function Brand() {
  return (
    <Group gap={8} wrap="nowrap" className="brand" component="span">
      <img src="/favicon.svg" alt="" width={24} height={24} />
      Certfleet
    </Group>
  );
}
