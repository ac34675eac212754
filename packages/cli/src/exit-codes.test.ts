import { type ErrorCode, errorCatalogue, ReplyError } from '@certfleet/contract';
import { describe, expect, test } from 'vitest';
import { exitCodes } from './exit-codes.js';
import { Failure } from './failure.js';
import { FakeApi, FakeProblem } from './testing/fake-api.js';
import { run } from './testing/run.js';

const special: Partial<Record<ErrorCode, number>> = {
  'invalid-input': exitCodes.usage,
  'invalid-identifier': exitCodes.usage,
  'not-signed-in': exitCodes.notAllowed,
  'session-ended': exitCodes.notAllowed,
  forbidden: exitCodes.notAllowed,
  'not-found': exitCodes.notFound,
};

function answering(problem: FakeProblem): FakeApi {
  return new FakeApi({
    'certificate.request': () => {
      throw problem;
    },
  });
}

const request = ['certificate', 'request', 'www', '--identifier', 'www.example.com'];

describe('a problem of the server', () => {
  test.each(Object.keys(errorCatalogue) as ErrorCode[])('%s is told with its remedy and exit code', async code => {
    const { exitCode, stdout, stderr } = await run(request, { api: answering(new FakeProblem(code, 'The detail.')) });
    expect(exitCode).toBe(special[code] ?? exitCodes.failed);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^certfleet certificate request www: .+: The detail\.\nWhat to do: .+\n$/);
  });

  test('names the options of the fields that are wrong', async () => {
    const errors = [
      { path: 'identifiers.1.value', message: 'Not a name.' },
      { path: 'subject.country', message: 'Two letters.' },
      { path: 'name', message: 'Too long.' },
      { path: 'config.port', message: 'Too small.' },
    ];
    const { stderr } = await run(request, { api: answering(new FakeProblem('invalid-input', 'No.', errors)) });
    expect(stderr).toContain(
      '  --identifier: Not a name.\n  --subject-country: Two letters.\n  NAME: Too long.\n  config.port: Too small.\n',
    );
  });

  test('--json: the same as one document on standard output', async () => {
    const api = answering(new FakeProblem('in-use', 'It is.'));
    const { stdout, exitCode } = await run([...request, '--json'], { api });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'in-use',
        message: 'Still in use: It is.',
        remedy: errorCatalogue['in-use'].remedy,
        details: [],
        exitCode,
      },
    });
  });
});

describe('a command line that is not valid asks nothing of the server and ends with 2', () => {
  test.each([
    ['certificat', /unknown command 'certificat'.*Did you mean certificate/],
    ['certificate', /^Usage: certfleet certificate/],
    ['certificate show', /certificate show: missing required argument 'name'/],
    ['certificate show a b', /too many arguments/],
    ['certificate list --nope', /unknown option '--nope'/],
    ['certificate list --status gone', /Expected one of pending, valid/],
    ['certificate list --limit 0', /--limit 0/],
    ['certificate show not/a/name', /NAME: Letters, digits/],
    ['certificate request www', /--identifier/],
    ['certificate request www --identifier a.example --label x', /--label key=value/],
    ['certificate request www --identifier a.example --assign web:first', /NAME:default/],
    ['certificate request www --identifier a.example --csr none', /Leave --csr out, and the server makes the key/],
    ['certificate request www --identifier a.example --wait --timeout soon', /--timeout soon/],
    ['certificate delete www', /--yes/],
    ['virtual-service show one', /INDEX: /],
    ['virtual-service delete-sub 1 x --yes', /SUB-INDEX: /],
    ['virtual-service create --type https --address here --port 443', /--address: /],
    ['virtual-service create --type https --address 192.0.2.1 --port https', /--port: /],
    ['virtual-service create --type https --address 192.0.2.1 --port 1 --real-server x', /address:port/],
    ['virtual-service create --type https --address 192.0.2.1 --port 1 --health-check ping', /none, tcp/],
    ['solver create dns --type x --set apiToken=123', /--set-secret apiToken/],
    ['solver create dns --type x --set novalue', /--set key=value/],
    ['solver create dns --type x --set-file a=/does/not/exist', /ENOENT/],
    ['event list --since yesterday', /--since yesterday/],
    ['user create bob --role operator', /nobody|Nobody/],
    ['account register le --directory http://ca.example', /--directory: /],
    ['account register le --directory letsencrypt', /--agree-to-terms/],
    ['login http://a.example', /HTTPS/],
  ])('certfleet %s', async (line, message) => {
    const api = new FakeApi({ 'certificate.request': undefined });
    const terms = line.startsWith('account register');
    const circumstances = line.startsWith('user create') ? { world: { ask: nobody } } : {};
    const { exitCode, stderr, stdout } = await run(line.split(' '), { api, ...circumstances });
    expect(stderr + stdout).toMatch(message);
    expect(exitCode).toBe(2);
    expect(api.calls.filter(({ operation }) => !(terms && operation === 'account.directory'))).toEqual([]);
  });
});

const refuse = () =>
  Promise.reject(new Failure('Nobody is there.', { exitCode: exitCodes.usage, remedy: 'Use a file.' }));
const nobody = { confirm: refuse, text: refuse, secret: refuse };

test('a defect is told as one, with its stack', async () => {
  const api = new FakeApi({
    'certificate.request': () => {
      throw new TypeError('x is undefined');
    },
  });
  const { exitCode, stderr } = await run(request, { api });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/A defect in this command: x is undefined[\s\S]+Report[\s\S]+ at /);
});

test('a server of another version is no defect', async () => {
  const api = new FakeApi({
    'certificate.request': () => {
      throw new ReplyError("The server's reply can't be read by this version.");
    },
  });
  const { exitCode, stderr } = await run(request, { api });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^certfleet certificate request \S+: The server's reply .*\nWhat to do: .* the version that the server has\.\n$/,
  );
});

test.each([['--help'], ['help'], ['certificate', '--help'], ['help', 'certificate'], ['--version']])(
  'certfleet %s %s ends with 0',
  async (...argv) => {
    const { exitCode, stdout } = await run(argv);
    expect(exitCode).toBe(0);
    expect(stdout).not.toBe('');
  },
);
