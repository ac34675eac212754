/** What a state file holds when nothing is to be carried over: the format's version. */
export const NO_SERVER_STATE = '1\n';

/**
 * What says nothing about whether a real server works. HAProxy takes a weight that was changed from the configuration,
 * not from the state (which holds the old configuration's weight too, so that it can tell).
 */
const WITHOUT_STATE = / (weight|maxconn) \d+/g;

/**
 * What of `show servers state` the next worker may take over: the lines of real servers that are configured as before,
 * except for weight and limit. A changed one starts from its configuration; HAProxy would let its old port and state win.
 *
 * @param state the answer of `show servers state`
 * @param before the configuration that runs
 * @param after the configuration to come
 */
export function carriedServerState(state: string, before: string, after: string): string {
  const old = serverLines(before);
  const next = serverLines(after);
  const kept = state.split('\n').filter(line => {
    if (!/^\d+ /.test(line)) return true;
    // be_id be_name srv_id srv_name …
    const [, backend, , server] = line.split(' ');
    const key = `${backend}/${server}`;
    return next.has(key) && next.get(key) === old.get(key);
  });
  return kept.some(line => line.startsWith('1')) ? `${kept.join('\n').trim()}\n` : NO_SERVER_STATE;
}

/** The lines of the configuration that a real server's state depends on, by `backend/server`. */
function serverLines(configuration: string): Map<string, string> {
  const lines = new Map<string, string>();
  let section = '';
  let check = '';
  for (const line of configuration.split('\n')) {
    const words = line.trim().split(' ');
    if (!line.startsWith(' ')) {
      section = words[1] ?? '';
      check = '';
    } else if (words[0] === 'http-check' || words[0] === 'option') check += line;
    else if (words[0] === 'server') lines.set(`${section}/${words[1]}`, `${line.replace(WITHOUT_STATE, '')}${check}`);
  }
  return lines;
}
