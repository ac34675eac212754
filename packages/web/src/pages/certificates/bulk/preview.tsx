import type { BulkPreview } from '@certfleet/contract';
import { Text } from '@mantine/core';
import { Refusals } from './refusals.js';

/** What will happen to how many, and who is left out with the reason. */
export function Preview({ preview, verb }: { preview: BulkPreview; verb: string }) {
  const { total, possible, refusals, consequences } = preview;
  return (
    <>
      <Text fw={600} role="status">
        {verb} {possible.toLocaleString('en')} of {total.toLocaleString('en')} chosen
      </Text>
      {consequences.map(consequence => (
        <Text key={consequence}>{consequence}</Text>
      ))}
      <Refusals title="Left out, and why" count={total - possible}>
        {refusals.map(({ reason, count, certificates }) => (
          <li key={reason} className="breaks">
            <Text size="sm">
              <strong>{count.toLocaleString('en')}</strong>: {reason}
            </Text>
            <Text size="sm" c="dimmed">
              {certificates.join(', ')}
              {count > certificates.length && ` and ${(count - certificates.length).toLocaleString('en')} more`}
            </Text>
          </li>
        ))}
      </Refusals>
    </>
  );
}
