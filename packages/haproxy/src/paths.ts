import { join } from 'node:path';
import { HaproxyError } from './errors.js';

/** Where an instance keeps its files. Everything is below one folder that only its owner can read. */
export interface InstancePaths {
  readonly directory: string;
  readonly configuration: string;
  /** Read by HAProxy at a reload: operational state and weight of every real server. */
  readonly serverState: string;
  /** Lines of `<path> <key authorization>`: what HAProxy answers to http-01. */
  readonly challengeMap: string;
  /** One folder for each HTTPS service, see {@link certificateFolder}. */
  readonly certificates: string;
  /** The self-signed certificate that stands in where a service has none. */
  readonly placeholder: string;
  /** Counters of workers that are gone. */
  readonly statistics: string;
  /** What HAProxy writes to its standard output and error. */
  readonly log: string;
  readonly masterSocket: string;
  readonly runtimeSocket: string;
  /** HTTP on a unix socket, for ourselves: answers challenges as the services do, and nothing else. */
  readonly internalSocket: string;
  /** Over this the old worker teaches stick tables to the new one. */
  readonly peerSocket: string;
}

/** sun_path holds 108 bytes; HAProxy binds under a temporary name with 20 more characters. */
const MAX_DIRECTORY = 70;

/**
 * The files of the instance in `directory`.
 *
 * The folder's name ends up unquoted in crt-lists and runtime commands, which know no quoting: so it is limited.
 *
 * @throws {HaproxyError} `invalidModel` for a relative, long or oddly named folder
 */
export function instancePaths(directory: string): InstancePaths {
  if (
    !/^\/[A-Za-z0-9._/-]+$/.test(directory) ||
    directory.split('/').includes('..') ||
    directory.length > MAX_DIRECTORY
  )
    throw new HaproxyError(
      'invalidModel',
      `HAProxy's files can't be kept in ${JSON.stringify(directory)}: choose an absolute folder of at most ${MAX_DIRECTORY} letters, digits, dots, dashes and underscores.`,
    );
  return {
    directory,
    configuration: join(directory, 'haproxy.cfg'),
    serverState: join(directory, 'server-state'),
    challengeMap: join(directory, 'challenges.map'),
    certificates: join(directory, 'certificates'),
    placeholder: join(directory, 'certificates', 'placeholder.pem'),
    statistics: join(directory, 'statistics.json'),
    log: join(directory, 'haproxy.log'),
    masterSocket: join(directory, 'master.sock'),
    runtimeSocket: join(directory, 'runtime.sock'),
    internalSocket: join(directory, 'internal.sock'),
    peerSocket: join(directory, 'peer.sock'),
  };
}

/** The folder with the certificates of the HTTPS service `serviceIndex`. */
export function certificateFolder(paths: InstancePaths, serviceIndex: number): string {
  return join(paths.certificates, String(serviceIndex));
}

/** The list that the bind line of the HTTPS service `serviceIndex` names. */
export function crtListPath(paths: InstancePaths, serviceIndex: number): string {
  return join(certificateFolder(paths, serviceIndex), 'crt-list');
}
