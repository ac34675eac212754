import { Select, Textarea, TextInput } from '@mantine/core';
import { caChoices } from './ca.js';

/** As much of a form as the choice of a CA needs. */
interface CaForm {
  // biome-ignore lint/suspicious/noExplicitAny: as Mantine has it
  getInputProps(path: string): any;
}

/** What the inputs of a CA hold: `ca` is the URL of one that is well known, '' for another, null until one is chosen. */
type CaValues = { ca: string | null; directoryUrl: string; caCertificate: string };

/** At first none is chosen: the CA that is shown is asked for its terms. */
export const initialCa: CaValues = { ca: null, directoryUrl: '', caCertificate: '' };

/** What is sent for what they hold. */
export function caFields({ ca, directoryUrl, caCertificate }: CaValues): {
  directoryUrl: string;
  caCertificate?: string;
} {
  const isOther = ca === '';
  return {
    directoryUrl: isOther ? directoryUrl.trim() : (ca ?? ''),
    ...(isOther && caCertificate.trim() !== '' ? { caCertificate } : {}),
  };
}

/** Which CA: one that is well known, or any by the URL of its directory. */
export function CaInput({ form, isOther }: { form: CaForm; isOther: boolean }) {
  return (
    <>
      <Select
        label="CA"
        description="For a first trial take Let's Encrypt's staging: its limits are wide, and its certificates are trusted by nobody."
        placeholder="Choose one"
        required
        allowDeselect={false}
        data={caChoices}
        {...form.getInputProps('ca')}
      />
      {isOther && (
        <>
          <TextInput
            label="URL of its directory"
            placeholder="https://ca.example.com/acme/directory"
            required
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('directoryUrl')}
          />
          <Textarea
            label="Root certificate (PEM)"
            description="Only for a private CA: of the root that signed the certificate of its own HTTPS."
            autosize
            minRows={2}
            maxRows={8}
            autoComplete="off"
            spellCheck={false}
            styles={{ input: { fontFamily: 'monospace' } }}
            {...form.getInputProps('caCertificate')}
          />
        </>
      )}
    </>
  );
}
