import { type BulkExport, type BulkSelection, operations } from '@certfleet/contract';
import { Loader, Radio, Stack, Text } from '@mantine/core';
import { collected } from '../../../api.js';
import { FormDialog } from '../../../parts/dialog.js';
import { useOperationForm } from '../../../parts/operation-form.js';
import { ProblemAlert } from '../../../parts/problem-alert.js';
import { saveFile } from '../../../parts/save-file.js';
import { Preview } from './preview.js';
import { useBulkPreview } from './use-bulk-preview.js';

interface BulkExportDialogProps {
  selection: BulkSelection;
  onClose: () => void;
}

/** Saves many certificates in one file, without their keys. */
export function BulkExportDialog({ selection, onClose }: BulkExportDialogProps) {
  const { preview, error: unknown, refetch } = useBulkPreview({ action: 'export' }, selection);
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.certificate.bulkExport,
    initial: { format: 'pem' as BulkExport['format'] },
    input: ({ format }) => ({ body: { selection, format } }),
    onReply: async (chunks, _, { format }) => {
      saveFile(`certfleet-certificates.${format}`, await collected(chunks));
      return 'The file was given to the browser.';
    },
    onDone: onClose,
  });
  const isPem = form.values.format === 'pem';
  const count = (isPem ? preview?.possible : preview?.total) ?? 0;
  return (
    <FormDialog
      title="Export certificates"
      size="lg"
      submit={submit}
      onClose={onClose}
      isPending={isPending}
      error={error}
      verb={`Export ${count.toLocaleString('en')}`}
      isReady={count > 0}
    >
      <Radio.Group label="What" {...form.getInputProps('format')}>
        <Stack gap="xs" mt="xs">
          <Radio value="pem" label="The certificates" description="Each with its chain, as text (PEM)." />
          <Radio value="csv" label="A table of them" description="A line for each, for spreadsheets (CSV)." />
        </Stack>
      </Radio.Group>
      {unknown && <ProblemAlert error={unknown} retry={refetch} />}
      {preview === undefined && !unknown && <Loader size="sm" aria-label="Asking what would come of it" />}
      {preview && isPem && <Preview preview={preview} verb="Export" />}
      {preview && !isPem && (
        <Text>
          Names, health, policy, account, issuer, serial number, dates and targets of all{' '}
          {preview.total.toLocaleString('en')} chosen.
        </Text>
      )}
    </FormDialog>
  );
}
