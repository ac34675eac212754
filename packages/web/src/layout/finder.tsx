import { operations } from '@certfleet/contract';
import { Combobox, Modal, TextInput, useCombobox, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { ProblemAlert } from '../parts/problem-alert.js';
import { read } from '../query.js';
import { findsFor, most } from './finds.js';

const label = 'Page, certificate or virtual service';

/** Goes to a page, a certificate or a virtual service by a part of its name. */
export default function Finder({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [wanted] = useDebouncedValue(typed.trim(), 150);
  const enabled = wanted !== '';
  const query = { search: wanted, limit: most };
  const certificates = useQuery({ ...read(operations.certificate.list, { query }), enabled });
  const services = useQuery({ ...read(operations.virtualService.list, { query }), enabled });
  // What an earlier text has found must not be gone to by the Enter key after a later one.
  const isCurrent = wanted === typed.trim();
  const finds = findsFor(typed, isCurrent ? certificates.data?.items : [], isCurrent ? services.data?.items : []);
  const error = isCurrent ? (certificates.error ?? services.error) : null;
  const isLooking = !isCurrent || certificates.isFetching || services.isFetching;
  const first = finds[0]?.items[0];
  // The Escape key is the combobox's, which keeps it from the dialog.
  const combobox = useCombobox({ opened: true, onDropdownClose: onClose });
  const shown = JSON.stringify(finds);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is found, the Enter key goes to the first of it
  useEffect(() => {
    combobox.selectFirstOption();
  }, [shown]);
  const go = (address: string) => {
    onClose();
    navigate({ to: address });
  };
  return (
    <Modal opened onClose={onClose} title="Go to" size="lg" yOffset="10vh" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Combobox store={combobox} onOptionSubmit={go}>
        <Combobox.EventsTarget>
          <TextInput
            aria-label={label}
            placeholder={label}
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            mb="xs"
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
          />
        </Combobox.EventsTarget>
        <Combobox.Options aria-label={label} mah="50vh" style={{ overflowY: 'auto' }}>
          {finds.length === 0 && !error && (
            <Combobox.Empty>{isLooking ? 'Looking …' : 'Nothing is called so.'}</Combobox.Empty>
          )}
          {finds.map(({ group, items }) => (
            <Combobox.Group key={group} label={group}>
              {items.map(({ value, label }) => (
                <Combobox.Option key={value} value={value} className="breaks">
                  {label}
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
        </Combobox.Options>
      </Combobox>
      {error && <ProblemAlert error={error} />}
      <VisuallyHidden role="status">{first && !isLooking && `Enter goes to ${first.label}`}</VisuallyHidden>
    </Modal>
  );
}
