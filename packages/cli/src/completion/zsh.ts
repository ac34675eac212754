import type { CompletionPoint } from './words.js';

/** A script for zsh, whose completion system must have been started (compinit). */
export function zshCompletion(points: readonly CompletionPoint[]): string {
  const cases = points.map(point => {
    const name = point.path.map(word => ` ${word}`).join('');
    return `    '${name}')
      commands=(${[...point.commands.map(one => described(one.name, one.summary)), ...point.words].join(' ')})
      options=(${point.options.map(one => described(one.flag, one.summary)).join(' ')}) ;;`;
  });
  const values = points.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, choices, takesFile }) => {
        const name = path.map(word => ` ${word}`).join('');
        if (takesFile) return `    '${name} ${flag}') _files; return ;;`;
        return `    '${name} ${flag}') ${choices.length > 0 ? `compadd -- ${choices.join(' ')}; ` : ''}return ;;`;
      }),
  );
  return `#compdef certfleet
# zsh completion of certfleet. Load it with:  source <(certfleet completion zsh)
_certfleet() {
  local word path_so_far=''
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$path_so_far $word" in
${points
  .filter(({ path }) => path.length > 0)
  .map(({ path }) => `      ' ${path.join(' ')}') path_so_far=' ${path.join(' ')}' ;;`)
  .join('\n')}
    esac
  done
  case "$path_so_far \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case $path_so_far in
${cases.join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  else
    _describe -o option options
  fi
}
compdef _certfleet certfleet
`;
}

/** `word:summary` for _describe, quoted for the shell; a colon in the word would end it. */
function described(word: string, summary: string): string {
  return `'${word.replaceAll(':', '\\:')}:${summary.replaceAll("'", "'\\''")}'`;
}
