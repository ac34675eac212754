import { RevocationReason } from '@certfleet/contract';
import { Select } from '@mantine/core';

const words: Record<RevocationReason, string> = {
  unspecified: 'Nothing said',
  keyCompromise: 'The private key may be known to others',
  affiliationChanged: 'The organisation has changed',
  superseded: 'Replaced by another certificate',
  cessationOfOperation: 'The names are not used any more',
};

interface ReasonSelectProps {
  value: RevocationReason;
  onChange: (reason: RevocationReason) => void;
}

/** Why a certificate is revoked, as its CA publishes it (RFC 5280 §5.3.1). */
export function ReasonSelect({ value, onChange }: ReasonSelectProps) {
  return (
    <Select
      label="Reason"
      description="The CA publishes it."
      allowDeselect={false}
      data={RevocationReason.options.map(reason => ({ value: reason, label: words[reason] }))}
      value={value}
      onChange={reason => onChange(RevocationReason.parse(reason))}
    />
  );
}
