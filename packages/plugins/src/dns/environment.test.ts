import { describe, expect, test } from 'vitest';
import { parseEnvironment } from './environment.js';

describe('variables for hooks', () => {
  test('as shells write them, too', () => {
    const text = `# of the provider\nA=1\n\n export B_2="two words"\r\nC='it''s'\nD=a=b \nE=\nF="open\n`;
    expect(parseEnvironment(text)).toEqual({ A: '1', B_2: 'two words', C: "it''s", D: 'a=b', E: '', F: '"open' });
  });

  test.each(['just text', 'A B=1', '1A=2', '=x', 'A\n'])('no variable: %j', text => {
    expect(() => parseEnvironment(text)).toThrow(/Line 1/);
  });

  test.each([
    ...['PATH', 'LD_PRELOAD', 'BASH_ENV', 'NODE_OPTIONS', 'ENV', 'IFS', 'HOME', 'PYTHONPATH', 'PERL5LIB', 'PERLLIB'],
    ...['LUA_INIT', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'PHP_INI_SCAN_DIR', 'PHPRC', 'OPENSSL_CONF', 'GCONV_PATH'],
    ...['CURL_HOME', 'WGETRC', 'ZDOTDIR', 'SSH_ASKPASS', '_ACME_CURL', 'ACCOUNT_CONF_PATH', 'KUBECONFIG'],
    ...['AWS_CONFIG_FILE', 'ld_preload'],
  ])('may not set %s', name => {
    const refusal = `The environment may not set ${name}: such variables can have other programs run.`;
    expect(() => parseEnvironment(`${name}=secret-value`)).toThrow(refusal);
    expect(() => parseEnvironment(`${name}=secret-value`)).not.toThrow('secret-value');
  });

  test.each(['API_TOKEN', 'CF_Token', 'AWS_ACCESS_KEY_ID', 'HETZNER_Token', 'NSUPDATE_KEY', 'RECORDS'])(
    'may set %s',
    name => expect(parseEnvironment(`${name}=value`)).toEqual({ [name]: 'value' }),
  );
});
