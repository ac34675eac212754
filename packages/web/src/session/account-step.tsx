import { operations } from '@certfleet/contract';
import { Alert, Anchor, Button, Checkbox, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Form } from '../parts/form.js';
import { useOperationForm } from '../parts/operation-form.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { read } from '../query.js';

const letsEncrypt = 'https://acme-v02.api.letsencrypt.org/directory';

/** The directories that most begin with; '' is another one. */
const directories = [
  { value: letsEncrypt, label: "Let's Encrypt" },
  {
    value: 'https://acme-staging-v02.api.letsencrypt.org/directory',
    label: "Let's Encrypt, staging: to try, trusted by nobody",
  },
  { value: '', label: 'Another one' },
];

/** The account at a CA: its directory is asked for the terms, which someone has to read and agree to. */
export function AccountStep({ onDone }: { onDone: () => void }) {
  const { form, submit, isPending, error } = useOperationForm({
    operation: operations.account.register,
    initial: { ca: letsEncrypt, directoryUrl: '', caCertificate: '', email: '', agreeToTerms: false },
    input: values => ({
      body: {
        name: nameOf(values.ca),
        ...directoryOf(values),
        ...(values.email === '' ? {} : { email: values.email }),
        agreeToTerms: values.agreeToTerms,
      },
    }),
    onDone,
  });
  const [question] = useDebouncedValue(directoryOf(form.values), 400);
  const isAskable = question.directoryUrl.startsWith('https://');
  const directory = useQuery({
    ...read(operations.account.directory, { body: question }),
    enabled: isAskable,
    retry: false,
  });
  const terms = directory.data?.termsOfServiceUrl ?? null;
  const needsBinding = directory.data?.externalAccountRequired === true;
  return (
    <Form onSubmit={submit}>
      <Select label="Certificate authority" data={directories} allowDeselect={false} {...form.getInputProps('ca')} />
      {form.values.ca === '' && (
        <>
          <TextInput
            label="Directory"
            description="The URL of its ACME directory."
            type="url"
            required
            placeholder="https://ca.example.com/directory"
            {...form.getInputProps('directoryUrl')}
          />
          <Textarea
            label="Root certificate"
            description="PEM, if the directory's own HTTPS certificate is of a private CA."
            autosize
            minRows={2}
            maxRows={6}
            spellCheck={false}
            {...form.getInputProps('caCertificate')}
          />
        </>
      )}
      <TextInput
        label="E-mail"
        description="Where the authority finds you. It may stay empty."
        type="email"
        autoComplete="email"
        {...form.getInputProps('email')}
      />
      {directory.isFetching && <Text role="status">Asking the authority for its terms…</Text>}
      {directory.error && <ProblemAlert error={directory.error} retry={directory.refetch} />}
      {needsBinding && (
        <Alert color="yellow" title="This authority binds accounts to one of its own">
          It gives its customers a key ID and an HMAC key. Register under{' '}
          <Anchor href="/accounts" underline="always">
            Accounts
          </Anchor>
          , where both are asked for.
        </Alert>
      )}
      {directory.data && !needsBinding && (
        <Stack gap="xs">
          {terms === null ? (
            <Text size="sm">The authority names no terms.</Text>
          ) : (
            <Anchor href={terms} target="_blank" rel="noreferrer">
              Read its terms of service
            </Anchor>
          )}
          <Checkbox
            label={terms === null ? 'I want an account there' : 'I have read them and agree'}
            {...form.getInputProps('agreeToTerms', { type: 'checkbox' })}
          />
        </Stack>
      )}
      {error && <ProblemAlert error={error} />}
      <Group>
        <Button
          type="submit"
          loading={isPending}
          disabled={!form.values.agreeToTerms || needsBinding || !directory.data}
        >
          Register
        </Button>
      </Group>
    </Form>
  );
}

interface Directory {
  ca: string;
  directoryUrl: string;
  caCertificate: string;
}

function directoryOf({ ca, directoryUrl, caCertificate }: Directory) {
  if (ca !== '') return { directoryUrl: ca };
  return { directoryUrl: directoryUrl.trim(), ...(caCertificate.trim() === '' ? {} : { caCertificate }) };
}

/** What the account is called: people who have several name them under Accounts. */
function nameOf(ca: string): string {
  if (ca === letsEncrypt) return 'letsencrypt';
  return ca === '' ? 'ca' : 'letsencrypt-staging';
}
