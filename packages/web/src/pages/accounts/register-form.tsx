import { type Account, type DirectoryMeta, HttpsUrl, operations } from '@certfleet/contract';
import { Anchor, Checkbox, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { OperationForm } from '../../parts/form.js';
import { Loading } from '../../parts/loading.js';
import { NewName } from '../../parts/new-name.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { useRefusal } from '../../session/session.js';
import { nameFor } from './ca.js';
import { CaInput, caFields, initialCa } from './ca-input.js';

/** Registers an account: the CA is asked for its terms of service, which the person accepts. */
export function RegisterForm({ onDone }: { onDone: (account: Account) => unknown }) {
  const refusal = useRefusal(operations.account.register);
  const { form, ...state } = useOperationForm({
    operation: operations.account.register,
    initial: {
      ...initialCa,
      ...{ name: '', email: '', keyAlgorithm: 'ES256', keyId: '', hmacKey: '' },
      agreeToTerms: false,
    },
    input: ({ name, email, keyAlgorithm, keyId, hmacKey, agreeToTerms, ...ca }) => ({
      body: {
        name: name.trim() || nameFor(caFields(ca).directoryUrl),
        ...caFields(ca),
        ...(email.trim() === '' ? {} : { email: email.trim() }),
        keyAlgorithm: keyAlgorithm as Account['keyAlgorithm'],
        agreeToTerms,
        ...(keyId.trim() === '' && hmacKey.trim() === ''
          ? {}
          : { externalAccountBinding: { keyId: keyId.trim(), hmacKey: hmacKey.trim() } }),
      },
    }),
    fieldOf: path => path.replace('externalAccountBinding.', ''),
    onDone,
  });
  const values = form.getValues();
  const suggested = nameFor(caFields(values).directoryUrl);
  const [question] = useDebouncedValue(caFields(values), 400);
  const isAsked = refusal === null && HttpsUrl.safeParse(question.directoryUrl).success;
  const directory = useQuery({ ...read(operations.account.directory, { body: question }), enabled: isAsked });
  const isAgreed = directory.data !== undefined && (directory.data.termsOfServiceUrl === null || values.agreeToTerms);
  return (
    <OperationForm verb="Register" isReady={isAgreed} {...state}>
      <CaInput form={form} isOther={values.ca === ''} />
      {directory.error && <ProblemAlert error={directory.error} retry={directory.refetch} />}
      {isAsked && directory.isPending && <Loading what="the CA's directory" />}
      <NewName
        description={`What to call it here: letters, digits and . _ @ -${suggested && ` Empty: ${suggested}.`}`}
        required={suggested === ''}
        {...form.getInputProps('name')}
      />
      <TextInput
        label="E-mail"
        description="Optional. The CA may write to it; channels can too."
        inputMode="email"
        autoComplete="email"
        {...form.getInputProps('email')}
      />
      {directory.data?.externalAccountRequired ? (
        <Binding form={form} isRequired />
      ) : (
        <details>
          <summary>Key algorithm, external account binding</summary>
          <Stack mt="sm">
            <Select
              label="Key algorithm"
              description="Of the account's own key. Every CA takes ES256."
              allowDeselect={false}
              data={['ES256', 'ES384', 'RS256']}
              {...form.getInputProps('keyAlgorithm')}
            />
            <Binding form={form} />
          </Stack>
        </details>
      )}
      {directory.data && (
        <Terms directory={directory.data} input={form.getInputProps('agreeToTerms', { type: 'checkbox' })} />
      )}
    </OperationForm>
  );
}

/** RFC 8555 §7.3.4: what the CA has given its customer. */
function Binding({
  form,
  isRequired = false,
}: {
  // biome-ignore lint/suspicious/noExplicitAny: as Mantine has it
  form: { getInputProps(path: string): any };
  isRequired?: boolean;
}) {
  return (
    <>
      <TextInput
        label="External account binding: key identifier"
        description={
          isRequired ? 'This CA takes its customers only: it has given you this.' : 'If the CA has given you one.'
        }
        required={isRequired}
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps('keyId')}
      />
      <PasswordInput
        label="External account binding: HMAC key"
        description="In base64url, as the CA shows it."
        required={isRequired}
        autoComplete="new-password"
        {...form.getInputProps('hmacKey')}
      />
    </>
  );
}

function Terms({ directory: { termsOfServiceUrl, website }, input }: { directory: DirectoryMeta; input: object }) {
  if (termsOfServiceUrl === null) return <Text size="sm">This CA names no terms of service.</Text>;
  return (
    <Stack gap="xs">
      <Text size="sm">
        The CA's terms of service:{' '}
        <Anchor href={safeUrl(termsOfServiceUrl)} target="_blank" rel="noreferrer" className="breaks">
          {termsOfServiceUrl}
        </Anchor>
        {website && <> (the CA: {website})</>}
      </Text>
      <Checkbox label="I have read the terms of service and agree to them" required {...input} />
    </Stack>
  );
}

/** What a CA names is followed only if it is a page of the web. */
function safeUrl(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}
