import { PluginError } from '../plugin.js';
import { TsigError } from './tsig.js';

/** What is known of an update when it is refused. */
interface Refused {
  server: string;
  keyName: string;
  zone: string;
  names: readonly string[];
}

/** Why a server did not make an update (RFC 2136 §2.2), and what to do. */
export function explainRefusal(rcode: string, { server, keyName, zone, names }: Refused): PluginError {
  const answered = `${server} answered ${rcode} to an update of the zone ${zone}`;
  switch (rcode) {
    case 'REFUSED': {
      const what = names.length === 0 ? '' : ` of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}`;
      return new PluginError(
        'credentials',
        `${answered}: the key ${keyName} may not change TXT records${what}. Allow it in the zone's update-policy (BIND: grant ${keyName} zonesub TXT;).`,
      );
    }
    case 'NOTAUTH':
      return new PluginError('config', `${answered}: it is not this zone's primary server. Name that one as server.`);
    case 'NOTZONE':
      return new PluginError('config', `${answered}: ${names.join(', ')} is not in it. Correct the account's zone.`);
    case 'NOTIMP':
      return new PluginError('config', `${answered}: it takes no updates.`);
    case 'SERVFAIL':
      return new PluginError(
        'unavailable',
        `${answered}: it failed. Its log says why; often it may not write the zone's journal, or the zone is frozen.`,
      );
    default:
      return new PluginError('unavailable', `${answered}.`);
  }
}

/**
 * Why a server did not say which zone holds a name, and what to do; null when it did: it has the zone, or says as an
 * authority that there is none.
 */
export function explainNoZone(
  answer: { rcode: string; isAuthority: boolean },
  server: string,
  name: string,
): PluginError | null {
  const asked = `${server} answered ${answer.rcode} when asked for the zone of ${name}`;
  switch (answer.rcode) {
    case 'NOERROR':
    case 'NXDOMAIN':
      if (answer.isAuthority) return null;
      return new PluginError(
        'config',
        `${server} is no authority for ${name}: it is a resolver, or has not its zone. Name the zone's primary as server.`,
      );
    case 'REFUSED':
      return new PluginError(
        'config',
        `${asked}: is it the zone's primary, and does it let this machine ask (BIND: allow-query)?`,
      );
    default:
      return new PluginError(
        'unavailable',
        `${asked}. Its log says why; often the zone could not be loaded, or a secondary's copy has expired.`,
      );
  }
}

/** What a wrong signature means, on either side. */
export function explainSignature(error: unknown, { server, keyName, keyAlgorithm }: SignedWith): unknown {
  if (!(error instanceof TsigError)) return error;
  const { fault, serverTime, rcode } = error;
  const options = { cause: error };
  switch (fault) {
    case 'BADKEY':
      return new PluginError(
        'credentials',
        `${server} knows no key ${keyName} for ${keyAlgorithm}: name and algorithm have to be those of its configuration.`,
        options,
      );
    case 'BADSIG':
    case 'BADTRUNC':
      return new PluginError(
        'credentials',
        `${server} says ${fault}: the secret of the key ${keyName} is not the one in its configuration.`,
        options,
      );
    case 'BADTIME':
    case 'stale': {
      const ahead = serverTime === undefined ? 0 : Math.round(Date.now() / 1000 - serverTime);
      const how = ahead === 0 ? 'differs' : `is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} its`;
      return new PluginError(
        'config',
        `${server} says BADTIME: this machine's clock ${how}. Signatures hold for 300 s: set both clocks by NTP.`,
        options,
      );
    }
    case 'unsigned':
      return new PluginError(
        'config',
        `${server} answers ${rcode} without a signature: it does not know TSIG, or something on the way answered in its place.`,
        options,
      );
    default:
      return new PluginError(
        'verificationFailed',
        `The answer of ${server} has a signature that is not of the key ${keyName}: someone else may have answered. Nothing is taken from it.`,
        options,
      );
  }
}

interface SignedWith {
  server: string;
  keyName: string;
  keyAlgorithm: string;
}
