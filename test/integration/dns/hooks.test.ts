/** Programs and scripts of one's own, run as their conventions say, and what keeps them from doing harm. */
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { acmeShProvider } from '../../../packages/plugins/src/dns/acme-sh.js';
import { execHookProvider } from '../../../packages/plugins/src/dns/exec-hook.js';
import { HookPrograms } from '../../../packages/server/src/hooks/hook-programs.js';
import { createWorkdir } from '../../harness/workdir.js';
import { describeDnsProvider } from './conformance.js';
import { providerIo } from './io.js';

const source = new URL('../../providers/', import.meta.url).pathname;

/** A machine with hooks: copies of those of test/providers, since theirs may be writable by others. */
function startMachine() {
  const machine = createWorkdir('hooks');
  for (const name of ['hooks', 'acme-sh']) cpSync(`${source}${name}`, machine.file(name), { recursive: true });
  for (const name of ['hooks', 'acme-sh', 'acme-sh/dnsapi']) chmodSync(machine.file(name), 0o755);
  chmodSync(machine.file('acme-sh', 'acme.sh'), 0o755);
  chmodSync(machine.file('acme-sh', 'dnsapi', 'dns_file.sh'), 0o644);
  for (const name of ['lego', 'certbot-auth', 'certbot-cleanup', 'dehydrated', 'hangs', 'floods']) {
    chmodSync(machine.file('hooks', name), 0o755);
  }
  const records = machine.file('records');
  writeFileSync(records, '');
  return {
    machine,
    hooks: new HookPrograms({
      folder: machine.file('hooks'),
      acmeSh: machine.file('acme-sh'),
      work: machine.file('work'),
    }),
    records,
    txt: async (name: string) =>
      readFileSync(records, 'utf8')
        .split('\n')
        .flatMap(line => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : [])),
    put: async (name: string, values: readonly string[]) => {
      for (const value of values) appendFileSync(records, `${name} ${value}\n`);
    },
    stop: async () => machine.remove(),
  };
}

const service = { zone: 'example.org', deeperZone: null, foreignZone: null, wrongCredentials: null };
const nothing = { throttle: null, fail: null };
const lacks = ['zones', 'credentials', 'throttling', 'failures'] as const;

const machines: Record<string, object> = {
  lego: { program: 'lego' },
  certbot: { program: 'certbot-auth', cleanupProgram: 'certbot-cleanup', convention: 'certbot' },
  dehydrated: { program: 'dehydrated', convention: 'dehydrated' },
};

describe.each(Object.keys(machines))('programs as %s calls them', convention => {
  describeDnsProvider(
    execHookProvider,
    async () => {
      const { records, ...machine } = startMachine();
      const environment = `TOKEN=hook-token-0123\nRECORDS=${records}`;
      return { ...service, ...nothing, ...machine, config: { ...machines[convention], environment } };
    },
    // A domain has no "_acme-challenge" at its own apex.
    convention === 'lego' ? lacks : [...lacks, 'apex'],
  );
});

describeDnsProvider(
  acmeShProvider,
  async () => {
    const { records, ...machine } = startMachine();
    const environment = `FILE_Token=file-token-0123\nRECORDS=${records}`;
    return { ...service, ...nothing, ...machine, config: { script: 'dns_file', environment } };
  },
  lacks,
);

describe('what keeps hooks from doing harm', () => {
  const { machine, hooks, records } = startMachine();
  const io = (timeoutMs = 10_000, signal = new AbortController().signal) => providerIo({ timeoutMs, signal, hooks });
  const add = (program: string, token = 'hook-token-0123', given = io()) => {
    const environment = `TOKEN=${token}\nRECORDS=${records}`;
    const settings = { program, convention: 'lego' as const, environment };
    return execHookProvider.add(
      settings,
      'example.org',
      [{ name: '_acme-challenge.example.org', values: ['v'] }],
      given,
    );
  };

  test('what a failed program wrote is told, without its secrets', async () => {
    const message = expect.stringMatching(/^The program lego ended with 3: refused: •••$/);
    await expect(add('lego', 'wrong-token-0123')).rejects.toMatchObject({ reason: 'unavailable', message });
  });

  test('one that hangs is killed at its time, with what it started, and its secrets are not told', async () => {
    const message = expect.stringMatching(/did not end within 0.5 s, and was killed: with •••$/);
    await expect(add('hangs', 'wrong-token-0123', io(500))).rejects.toMatchObject({ message });
    const child = Number(readFileSync(`${records}.child`, 'utf8'));
    await vi.waitFor(() => expect(isRunning(child)).toBe(false));
  });

  test('one that is not wanted any more is killed', async () => {
    const stopping = new AbortController();
    const running = add('hangs', 'wrong-token-0123', io(60_000, stopping.signal));
    stopping.abort(new Error('stopping'));
    await expect(running).rejects.toThrow('stopping');
  });

  test('one that writes without end fills no memory', async () => {
    await expect(add('floods', 'x', io(300))).rejects.toMatchObject({ message: expect.stringContaining('no play') });
  });

  test('it gets nothing of the environment of the server', async () => {
    vi.stubEnv('CERTFLEET_MASTER_KEY', 'of the server');
    writeFileSync(machine.file('hooks', 'env'), '#!/bin/sh\nenv >"$RECORDS.env"\n', { mode: 0o755 });
    await add('env');
    vi.unstubAllEnvs();
    const names = readFileSync(`${records}.env`, 'utf8')
      .split('\n')
      .map(line => line.split('=')[0]);
    expect(names).toEqual(expect.arrayContaining(['TOKEN', 'RECORDS', 'PATH']));
    expect(names).not.toContain('CERTFLEET_MASTER_KEY');
  });

  test.each(['../lego', '/bin/sh', '.hidden', 'a b', 'lego;id', '', 'none', 'folder'])('%j is not run', async name => {
    mkdirSync(machine.file('hooks', 'folder'), { recursive: true });
    await expect(add(name)).rejects.toMatchObject({ reason: 'config' });
  });

  test('what others could have written is not run, nor is what they could put in its place', async () => {
    const fine = '#!/bin/sh\n';
    writeFileSync(machine.file('hooks', 'open'), fine);
    chmodSync(machine.file('hooks', 'open'), 0o777);
    mkdirSync(machine.file('shared'), { recursive: true });
    writeFileSync(machine.file('shared', 'tool'), fine, { mode: 0o755 });
    chmodSync(machine.file('shared'), 0o777);
    symlinkSync(machine.file('shared', 'tool'), machine.file('hooks', 'linked'));
    writeFileSync(machine.file('hooks', 'plain'), fine, { mode: 0o644 });
    for (const name of ['open', 'linked', 'plain']) await expect(add(name)).rejects.toMatchObject({ reason: 'config' });
    await expect(execHookProvider.test({ program: 'open', convention: 'lego', environment: '' }, io())).rejects.toThrow(
      /others/,
    );
  });

  test('none is run unless certfleet.yaml names a folder', async () => {
    const closed = { ...io(), hooks: new HookPrograms({ folder: null, acmeSh: null, work: machine.file('none') }) };
    await expect(add('lego', 'x', closed)).rejects.toThrow(/hooks\.folder/);
    const settings = { script: 'dns_file', environment: '' };
    const records = [{ name: 'a.example.org', values: ['v'] }];
    await expect(acmeShProvider.add(settings, 'example.org', records, closed)).rejects.toThrow(/hooks\.acmeSh/);
  });

  test('a hook of certbot learns how many values are to come, and of which domains', async () => {
    const script = '#!/bin/sh\necho "$CERTBOT_REMAINING_CHALLENGES $CERTBOT_ALL_DOMAINS" >>"$RECORDS.asked"\n';
    writeFileSync(machine.file('hooks', 'counts'), script, { mode: 0o755 });
    const settings = { program: 'counts', convention: 'certbot' as const, environment: `RECORDS=${records}` };
    const asked = [
      { name: '_acme-challenge.a.example.org', values: ['apex', 'wildcard'] },
      { name: '_acme-challenge.b.example.org', values: ['v'] },
    ];
    await execHookProvider.add(settings, 'example.org', asked, io());
    expect(readFileSync(`${records}.asked`, 'utf8')).toBe(
      [2, 1, 0].map(remaining => `${remaining} a.example.org,b.example.org\n`).join(''),
    );
  });

  test('an alias is written by a hook that is told names, not domains', async () => {
    const settings = { program: 'dehydrated', convention: 'dehydrated' as const, environment: `RECORDS=${records}` };
    const alias = [{ name: 'alias.example.net', values: ['v'] }];
    await expect(execHookProvider.add(settings, 'example.net', alias, io())).rejects.toMatchObject({
      reason: 'config',
    });
  });

  test('an acme.sh script that fails says why, and leaves nothing that it was given', async () => {
    const settings = {
      script: 'dns_file',
      environment: `FILE_Token=wrong-token-0123\nRECORDS=${records}`,
    };
    const tried = acmeShProvider.add(settings, 'example.org', [{ name: 'a.example.org', values: ['v'] }], io());
    await expect(tried).rejects.toMatchObject({ message: "acme.sh's dns_file ended with 1: The token ••• is wrong." });
    expect(readdirSync(machine.file('work'))).toEqual([]);
  });

  test('what a run left that was killed with the server is gone after the next start', () => {
    mkdirSync(machine.file('work', 'acme-sh-killed'), { recursive: true });
    writeFileSync(machine.file('work', 'acme-sh-killed', 'account.conf'), "SAVED_FILE_Token='file-token-0123'");
    new HookPrograms({ folder: null, acmeSh: null, work: machine.file('work') });
    expect(existsSync(machine.file('work'))).toBe(false);
  });

  test.each([
    ['_ACME_CURL', 'such variables can have other programs run'],
    ['ACCOUNT_CONF_PATH', 'such variables can have other programs run'],
    ['HTTP_HEADER', 'acme.sh uses it itself'],
    ['LOG_FILE', 'acme.sh uses it itself'],
    ['OTHER_Token', "dns_file doesn't read it"],
  ])('an acme.sh script is not given %s', async (name, why) => {
    const program = machine.file('harm.sh');
    writeFileSync(program, `#!/bin/sh\ntouch ${machine.file('harm')}\n`, { mode: 0o755 });
    const environment = `FILE_Token=file-token-0123\nRECORDS=${records}\n${name}=${program}`;
    const settings = { script: 'dns_file', environment };
    const refusal = { reason: 'config', message: expect.stringContaining(`may not set ${name}: ${why}`) };
    const tried = acmeShProvider.add(settings, 'example.org', [{ name: 'a.example.org', values: ['v'] }], io());
    await expect(tried).rejects.toMatchObject(refusal);
    await expect(acmeShProvider.test(settings, io())).rejects.toMatchObject(refusal);
    expect(existsSync(machine.file('harm'))).toBe(false);
  });

  test.each([
    ['at the edge of what is quoted', 'printf "%s" "$TOKEN" >&2; head -c 490 /dev/zero | tr "\\0" x >&2'],
    ['at the edge of what is kept of errors', 'printf "%s" "$TOKEN" >&2; head -c 65526 /dev/zero | tr "\\0" " " >&2'],
    ['at the edge of what is kept of output', 'head -c 65526 /dev/zero | tr "\\0" x; printf "%s" "$TOKEN"'],
  ])('no part of a secret is told: %s', async (_, script) => {
    writeFileSync(machine.file('hooks', 'leaky'), `#!/bin/sh\n${script}\nexit 1\n`, { mode: 0o755 });
    const token = 'abcdefghijklmnopqrstuvw0123456789';
    const { message } = (await add('leaky', token).catch((error: Error) => error as Error)) as Error;
    expect(message).toMatch(/^The program leaky ended with 1/);
    expect(message).not.toMatch(/abcdef|0123|6789/);
  });

  test.each(['dns_none', '../dns_file', 'dns_file;id'])('%j is no script', async script => {
    const tried = acmeShProvider.add({ script, environment: '' }, 'example.org', [{ name: 'a', values: ['v'] }], io());
    await expect(tried).rejects.toMatchObject({ reason: 'config' });
  });
});

function isRunning(pid: number): boolean {
  try {
    // A zombie answers too: nobody is left to ask for its end but whoever adopted it.
    return process.kill(pid, 0) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
