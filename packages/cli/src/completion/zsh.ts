import type { CompletedOption, CompletionPoint } from './words.js';

/** A script for zsh: sourced after compinit, or as a file `_certfleet` in a folder of `$fpath`. */
export function zshCompletion(points: readonly CompletionPoint[]): string {
  const cases = points.map(point => {
    const name = point.path.map(word => ` ${word}`).join('');
    return `    '${name}')
      commands=(${[...point.commands.map(one => described(one.name, one.summary)), ...point.words].join(' ')})
      options=(${point.options.map(one => described(one.flag, one.summary)).join(' ')})${point.takesFile ? '\n      files=yes' : ''} ;;`;
  });
  const values = points.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== null)
      .map(option => `    '${path.map(word => ` ${word}`).join('')} ${option.flag}') ${added(option)}return ;;`),
  );
  return `#compdef certfleet
# zsh completion of certfleet. Load it after compinit with:  source <(certfleet completion zsh)
# or keep it as _certfleet in a folder of $fpath.
_certfleet() {
  local word path_so_far='' files='' option=\${words[CURRENT-1]}
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$path_so_far $word" in
${points
  .filter(({ path }) => path.length > 0)
  .map(({ path }) => `      ' ${path.join(' ')}') path_so_far=' ${path.join(' ')}' ;;`)
  .join('\n')}
    esac
  done
  if [[ $words[CURRENT] == --*=* ]]; then
    option=\${words[CURRENT]%%=*}
    compset -P 1 '*='
  fi
  case "$path_so_far $option" in
${values.join('\n')}
  esac
  case $path_so_far in
${cases.join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  elif [[ -n $files ]]; then
    _files
  else
    _describe -o option options
  fi
}
# From a file of $fpath this runs as the function itself, the first time that it is wanted.
if [[ $funcstack[1] == _certfleet ]]; then
  _certfleet "$@"
else
  compdef _certfleet certfleet
fi
`;
}

/** What follows an option that takes a value: its choices, a file, or nothing that is known. */
function added({ value, choices }: CompletedOption): string {
  if (value === 'file') return '_files; ';
  if (value === 'key=file') return `compset -P 1 '*='; _files; `;
  return choices.length > 0 ? `compadd -- ${choices.join(' ')}; ` : '';
}

/** `word:summary` for _describe, quoted for the shell; a colon in the word would end it. */
function described(word: string, summary: string): string {
  return `'${word.replaceAll(':', '\\:')}:${summary.replaceAll("'", "'\\''")}'`;
}
