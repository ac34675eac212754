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

  test.each(['PATH', 'LD_PRELOAD', 'BASH_ENV', 'NODE_OPTIONS', 'ENV', 'IFS', 'HOME', 'PYTHONPATH', 'PERL5LIB'])(
    'may not set %s',
    name => expect(() => parseEnvironment(`${name}=secret-value`)).toThrow(new RegExp(`set ${name}\\.$`)),
  );
});
