import { KeystoreType } from '@certfleet/contract';
import type { Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import type { Flag } from '../flags.js';
import { readSecret, type SecretInput, secretFileFlag } from '../secret-input.js';

/** What a keystore is put under. */
const keystorePassword: SecretInput = {
  flag: 'keystore-password-file',
  variable: 'CERTFLEET_KEYSTORE_PASSWORD',
  question: 'Password of the keystore',
};

/** How a certificate is exported unless asked for otherwise; "none" is for changing one that has it. */
export function keystoreFlags(removable: boolean): Flag[] {
  const choices = [...KeystoreType.options, ...(removable ? ['none'] : [])];
  return [
    {
      name: 'keystore-type',
      placeholder: choices.join('|'),
      choices,
      field: ['keystore'],
      parse: type => (type === 'none' ? null : { type }),
      help: `How it is exported unless asked for otherwise.${removable ? ' ("none" removes it and its password)' : ''}`,
    },
    secretFileFlag(keystorePassword, 'what its keystores are put under, which is kept with it,'),
  ];
}

/** The keystore with its password, which is no plain field: for the body beside those of the flags. */
export async function keystoreWithPassword({ flags, world }: Invocation): Promise<Record<string, unknown>> {
  const type = flags.text('keystore-type');
  const hasFlag = flags.has(keystorePassword.flag);
  if (hasFlag && (type === undefined || type === 'none')) {
    throw usageFailure(
      `--${keystorePassword.flag} is the password of a type.`,
      'Give the type as well: --keystore-type.',
    );
  }
  const given = hasFlag || Boolean(world.env[keystorePassword.variable]);
  if (type === undefined || type === 'none' || !given) return {};
  return { keystore: { type, password: await readSecret(keystorePassword, { flags, ...world }) } };
}
