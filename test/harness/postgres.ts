import { chownSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { findPart, unpackedParts } from './parts.js';
import { freePort } from './ports.js';
import { runProgram, startProgram } from './process.js';
import { createWorkdir } from './workdir.js';

export interface Postgres {
  port: number;
  /** Creates an empty database and resolves with its connection URL. */
  createDatabase(): Promise<string>;
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own on a free port of 127.0.0.1, in a temporary folder. It syncs nothing to disk, which is
 * quick and loses everything in a crash of the machine: for tests alone.
 *
 * PostgreSQL refuses to run as root, so under root it runs as the user `postgres`, or `nobody` where there is none.
 */
export async function startPostgres(): Promise<Postgres> {
  const port = await freePort();
  const workdir = createWorkdir('postgres');
  const data = workdir.file('data');
  const prefix = await asOrdinaryUser(workdir.path);
  const [initdb = '', postgres = ''] = await within(prefix, workdir.path, [findPart('initdb'), findPart('postgres')]);
  const password = workdir.file('password');
  const run = (program: string, args: string[]): [string, string[]] => {
    const [first = program, ...rest] = [...prefix, program, ...args];
    return [first, rest];
  };

  writeFileSync(password, 'certfleet\n', { mode: 0o644 });
  await runProgram(
    ...run(initdb, [
      ...['--pgdata', data, '--username', 'certfleet', '--auth', 'scram-sha-256', '--pwfile', password],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ]),
    { cwd: workdir.path },
  );
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    jit: 'off',
    max_connections: '200',
    log_min_messages: 'warning',
  };
  const [command, args] = run(postgres, [
    ...['-D', data, '-p', String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const program = await startProgram({
    name: 'PostgreSQL',
    command,
    args,
    cwd: workdir.path,
    ready: { line: /database system is ready to accept connections/ },
    // "Fast shutdown": ends open sessions instead of waiting for them.
    stopSignal: 'SIGINT',
  });

  const { default: pg } = await import('pg');
  const url = (database: string) => `postgres://certfleet:certfleet@127.0.0.1:${port}/${database}`;
  let created = 0;
  return {
    port,
    async createDatabase() {
      created += 1;
      const name = `test_${created}`;
      const client = new pg.Client({ connectionString: url('postgres') });
      await client.connect();
      try {
        await client.query(`create database ${name}`);
      } finally {
        await client.end();
      }
      return url(name);
    },
    log: () => program.log(),
    async stop() {
      await program.stop();
      workdir.remove();
    },
  };
}

/** What to put before a command so that it does not run as root, and owns the folder: nothing for an ordinary user. */
async function asOrdinaryUser(folder: string): Promise<string[]> {
  if (userInfo().uid !== 0) return [];
  const setpriv = findPart('setpriv');
  const lookUp = async (user: string) => (await runProgram('id', ['-u', user])).trim();
  const uid = Number(await lookUp('postgres').catch(() => lookUp('nobody')));
  chownSync(folder, uid, -1);
  return [setpriv, `--reuid=${uid}`, '--clear-groups', '--'];
}

/**
 * The programs at places where that user reaches them. Root's checkout may lie where only root may look (such as
 * /root): then what script/bootstrap unpacked is copied, since no capability helps against PostgreSQL's use of
 * access(2).
 */
async function within(prefix: string[], folder: string, programs: string[]): Promise<string[]> {
  const [asUser, ...options] = prefix;
  const [first] = programs;
  if (asUser === undefined || first === undefined || !first.startsWith(unpackedParts)) return programs;
  const reachable = await runProgram(asUser, [...options, 'test', '-x', first]).then(
    () => true,
    () => false,
  );
  if (reachable) return programs;
  const copy = join(folder, 'parts');
  await runProgram('mkdir', ['-p', join(copy, 'usr/share')]);
  await runProgram('cp', ['-a', join(unpackedParts, 'bin'), copy]);
  await runProgram('cp', ['-a', join(unpackedParts, 'usr/lib'), join(copy, 'usr')]);
  await runProgram('cp', ['-a', join(unpackedParts, 'usr/share/postgresql'), join(copy, 'usr/share')]);
  return programs.map(program => join(copy, relative(unpackedParts, program)));
}
