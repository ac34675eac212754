import { operations, type VirtualService } from '@certfleet/contract';
import { Fieldset, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { Dialog, DialogForm } from '../../parts/dialog.js';
import { tellDone } from '../../parts/done.js';
import { useOperationForm } from '../../parts/operation-form.js';
import { PortInput } from '../../parts/port-input.js';
import { changeOf, type Pool, type PoolValues, valuesOf } from './pool-form.js';
import { healthChecks, persistences, schedulings, titleOf } from './words.js';

interface ServiceSettingsProps {
  opened: boolean;
  onClose: () => void;
  /** The virtual service itself or a part of it. */
  pool: Pool;
  service: VirtualService;
}

/** How requests are spread over the real servers of a (sub) virtual service, and what is answered without any. */
export function ServiceSettings(props: ServiceSettingsProps) {
  const { opened, onClose, pool, service } = props;
  const noun = pool.index === service.index ? 'Virtual service' : 'Sub virtual service';
  return (
    <Dialog opened={opened} onClose={onClose} title={`Settings of ${titleOf(pool, noun)}`} size="lg">
      {() => (service.type === 'redirect' ? <RedirectForm {...props} /> : <PoolForm {...props} />)}
    </Dialog>
  );
}

/** All that a redirect service has beside its address: a name, and the status it redirects with. */
function RedirectForm({ onClose, service }: ServiceSettingsProps) {
  const { form, ...state } = useOperationForm({
    operation: operations.virtualService.change,
    initial: { name: service.name ?? '', status: String(service.unavailable?.status ?? 301) },
    input: ({ name, status }) => ({
      params: { index: service.index },
      body: {
        name: name === '' ? null : name,
        unavailable: status === '301' ? null : { status: Number(status), redirectUrl: null, page: null },
      },
    }),
    onDone: onClose,
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Change">
      <TextInput label="Name" description="Service Nickname" {...form.getInputProps('name')} />
      <Select
        label="Redirects with"
        description="Error Code"
        allowDeselect={false}
        data={['301', '302', '303', '307', '308']}
        {...form.getInputProps('status')}
      />
    </DialogForm>
  );
}

function PoolForm({ onClose, pool, service }: ServiceSettingsProps) {
  const { form, ...state } = useOperationForm<typeof operations.virtualService.change, PoolValues>({
    operation: operations.virtualService.change,
    initial: valuesOf(pool),
    input: values => ({ params: { index: pool.index }, body: changeOf(values) }),
    onDone: () => {
      tellDone('HAProxy works by the new settings now.');
      onClose();
    },
  });
  return (
    <DialogForm {...state} onClose={onClose} verb="Change">
      <TextInput label="Name" description="Service Nickname" {...form.getInputProps('name')} />
      <Select
        label="Scheduling"
        description="Scheduling Method"
        allowDeselect={false}
        data={choices(schedulings)}
        {...form.getInputProps('scheduling')}
      />
      <PersistenceFields form={form} />
      <HealthCheckFields form={form} />
      <NumberInput
        label="Minimum of real servers up"
        description="With fewer it counts as down. (Minimum number of RS required for VS to be considered up)"
        min={1}
        max={1000}
        allowDecimal={false}
        {...form.getInputProps('minimumServers')}
      />
      <UnavailableFields form={form} isPart={pool.index !== service.index} />
    </DialogForm>
  );
}

interface Fields {
  form: UseFormReturnType<PoolValues>;
}

function PersistenceFields({ form }: Fields) {
  const { type } = form.getValues().persistence;
  return (
    <Fieldset legend="Persistence: keeping a client on one server">
      <Select
        label="How a client is known"
        description="Persistence Options, Mode"
        allowDeselect={false}
        data={choices(persistences)}
        {...form.getInputProps('persistence.type')}
      />
      {(type === 'cookie' || type === 'server-cookie') && (
        <TextInput label="Cookie" description="Cookie name" required {...form.getInputProps('persistence.name')} />
      )}
      {type !== 'none' && (
        <NumberInput
          label="Timeout in seconds"
          description={
            type === 'cookie' ? 'Empty: until the browser ends.' : 'How long a client that is silent is remembered.'
          }
          min={1}
          max={604_800}
          allowDecimal={false}
          {...form.getInputProps('persistence.timeoutSeconds')}
        />
      )}
    </Fieldset>
  );
}

function HealthCheckFields({ form }: Fields) {
  const { type } = form.getValues().healthCheck;
  return (
    <Fieldset legend="Health check of real servers">
      <Select
        label="How"
        description="Real Server Check Method"
        allowDeselect={false}
        data={choices(healthChecks)}
        {...form.getInputProps('healthCheck.type')}
      />
      {type !== 'none' && (
        <PortInput
          description="Checked Port. Empty: the real server's own."
          {...form.getInputProps('healthCheck.port')}
        />
      )}
      {(type === 'http' || type === 'https') && (
        <>
          <TextInput label="Path" description="URL" required {...form.getInputProps('healthCheck.path')} />
          <TextInput
            label="Host"
            description="HTTP/1.1 Host. Empty: HTTP/1.0 without one."
            {...form.getInputProps('healthCheck.host')}
          />
          <Select
            label="Method"
            description="HTTP Method"
            allowDeselect={false}
            data={['GET', 'HEAD']}
            {...form.getInputProps('healthCheck.method')}
          />
          <TagsInput
            label="Statuses that count as up"
            description="Custom Response Code: besides 200 to 299. Empty: 300 to 399."
            {...form.getInputProps('healthCheck.statuses')}
          />
        </>
      )}
    </Fieldset>
  );
}

function UnavailableFields({ form, isPart }: Fields & { isPart: boolean }) {
  const { kind } = form.getValues().unavailable;
  return (
    <Fieldset legend="When no real server can take a request">
      <Select
        label="It answers"
        description="Not Available Redirection Handling"
        allowDeselect={false}
        data={[
          { value: 'none', label: isPart ? 'what its virtual service answers' : 'with 503 of HAProxy' },
          { value: 'status', label: 'with a status' },
          { value: 'redirect', label: 'with a redirect' },
          { value: 'page', label: 'with a page' },
        ]}
        {...form.getInputProps('unavailable.kind')}
        onChange={value => {
          const kind = value as PoolValues['unavailable']['kind'];
          form.setFieldValue('unavailable', present => ({
            ...present,
            kind,
            ...(kind !== present.kind && { status: kind === 'redirect' ? 302 : 503 }),
          }));
        }}
      />
      {kind !== 'none' && (
        <NumberInput
          label="Status"
          description="Error Code"
          min={200}
          max={599}
          allowDecimal={false}
          {...form.getInputProps('unavailable.status')}
        />
      )}
      {kind === 'redirect' && (
        <TextInput
          label="Redirect to"
          description="Redirect URL: of http or https, or a path."
          required
          {...form.getInputProps('unavailable.redirectUrl')}
        />
      )}
      {kind === 'page' && (
        <Textarea
          label="Page"
          description="Error Message: HTML, or plain text if it does not start with <."
          autosize
          minRows={3}
          maxRows={12}
          {...form.getInputProps('unavailable.page')}
        />
      )}
    </Fieldset>
  );
}

function choices<K extends string>(labels: Record<K, string>): { value: string; label: string }[] {
  return Object.entries<string>(labels).map(([value, label]) => ({ value, label }));
}
