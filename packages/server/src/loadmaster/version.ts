import { version } from '../version.js';

/**
 * What clients are told that they talk to. Some compare the first parts with the firmware that brought a command: these
 * are of the one with the `acme…` names. The end says what it really is.
 */
export const firmware = `7.2.61.0.0.CERTFLEET-${version}`;
