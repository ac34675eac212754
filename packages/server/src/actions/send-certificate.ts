import { certificateDetails, parseChain } from '@certfleet/acme';
import type { CertificateMail, ChannelTest } from '@certfleet/contract';
import { channels, type Mail, parseConfig } from '@certfleet/plugins';
import { DomainError } from '../domain/errors.js';
import type { Engine } from '../engine.js';
import { type Actor, describeActor } from '../http/actor.js';
import { pluginOf } from '../plugin-config.js';
import { newId } from '../store/ids.js';
import type { VersionRecord } from '../store/versions.js';
import { describeDelivery } from './channels.js';
import { fromPlugin } from './from-plugin.js';

/**
 * Mails a version's chain, without its key, while someone waits: it is sent once, and not tried again by itself.
 *
 * Throws `not-possible` for a channel that does not mail, and `plugin-failed` when nobody gets it.
 */
export async function sendCertificate(
  engine: Engine,
  name: string,
  version: VersionRecord,
  { channel: channelName, to }: Omit<CertificateMail, 'version'>,
  actor: Actor,
): Promise<ChannelTest> {
  const { store } = engine;
  const channel = await store.channels.byName(channelName);
  const plugin = pluginOf(channels, channel.type);
  const { mail } = plugin;
  if (!mail)
    throw new DomainError('not-possible', `A channel of type ${channel.type} does not mail. Name another one.`);
  if (!channel.enabled) throw new DomainError('not-possible', `The channel ${channelName} is switched off.`);
  const { config } = await store.channels.withSecrets(channel.id);
  const what = `Version ${version.number} of ${name}`;
  const about = { actor: describeActor(actor), action: 'certificate.sent', subject: `certificate:${name}` };
  const detail = { version: version.number, serial: version.serial, channel: channelName, to };
  await store.events.append({
    ...about,
    outcome: 'intended',
    message: `${what} is to be mailed to ${to.join(', ')}.`,
    detail,
  });
  try {
    const delivery = await fromPlugin(() =>
      mail(parseConfig(plugin, config), mailOf(name, version, to), new AbortController().signal),
    );
    const message = describeDelivery(delivery, `${what} was mailed to ${to.join(', ')} by ${channelName}.`);
    await store.events.append({ ...about, outcome: 'succeeded', message, detail });
    return { message };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const message = `${what} could not be mailed to ${to.join(', ')}. ${error.message}`;
    await store.events.append({ ...about, outcome: 'failed', message, detail });
    throw error;
  }
}

function mailOf(name: string, version: VersionRecord, to: readonly string[]): Mail {
  const [leaf] = parseChain(version.chain).certificates;
  const names = certificateDetails(leaf).identifiers.map(({ value }) => value);
  return {
    id: newId(),
    to,
    subject: `Certificate ${name}, version ${version.number}`,
    text: [
      `Attached is version ${version.number} of the certificate ${name} with its chain, without its private key.`,
      '',
      `For:         ${names.join(', ')}`,
      `Valid:       ${iso(version.notBefore)} to ${iso(version.notAfter)}`,
      `Issuer:      ${version.issuer}`,
      `Serial:      ${version.serial}`,
      `SHA-256:     ${version.fingerprintSha256}`,
      '',
    ].join('\n'),
    attachments: [{ fileName: `${name}.pem`, mediaType: 'application/pem-certificate-chain', content: version.chain }],
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
