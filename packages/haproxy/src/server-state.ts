/** What a state file holds when nothing is to be carried over: the format's version. */
export const NO_SERVER_STATE = '1\n';

/**
 * What says nothing about whether a real server works. HAProxy takes a weight that was changed from the configuration,
 * not from the state (which holds the old configuration's weight too, so that it can tell).
 */
const WITHOUT_STATE = / (weight|maxconn|cookie) \S+/g;

/** `srv_op_state` of a real server that is down. */
const DOWN = '0';

/** What the configuration says about a real server, as far as its state depends on it. */
interface ConfiguredServer {
  /** Where it is and where it is looked at, if it is; whether it is disabled. */
  readonly place: string;
  /** The same with all that is asked in a check. */
  readonly whole: string;
  readonly checked: boolean;
}

/** What HAProxy told of a real server: the columns of its line. */
type State = readonly string[];

/**
 * What of `show servers state` the next worker may take over, so that nobody is sent to a real server that is known to
 * be down. A real server that is configured as before, except for weight, limit and cookie, keeps its state, in
 * whichever backend it is now: a conversion moves them. Where only what is checked has changed it stays down if it was.
 * Any other starts from its configuration; HAProxy would let its old port and state win.
 *
 * @param state the answer of `show servers state`
 * @param before the configuration that runs
 * @param after the configuration to come
 */
export function carriedServerState(state: string, before: string, after: string): string {
  const old = configuredServers(before);
  const next = configuredServers(after);
  const lines = state.split('\n').filter(line => line !== '');
  const states = new Map(
    lines.filter(isState).map(line => {
      // be_id be_name srv_id srv_name …
      const columns = line.split(' ');
      return [`${columns[1]}/${columns[3]}`, columns];
    }),
  );
  const elsewhere = statesByConfiguration(old, next, states);
  const kept = [...next].flatMap(([key, server]) => {
    const same = old.get(key);
    const carried = same === undefined ? elsewhere.get(server.whole) : carry(same, server, states.get(key));
    return carried ? [named(carried, key)] : [];
  });
  const head = lines.filter(line => !isState(line));
  return head.length === 0 ? NO_SERVER_STATE : `${[...head, ...kept].join('\n')}\n`;
}

function isState(line: string): boolean {
  return /^\d+ /.test(line);
}

function carry(before: ConfiguredServer, after: ConfiguredServer, state: State | undefined): State | undefined {
  if (before.whole === after.whole) return state;
  return before.checked && before.place === after.place && state?.[5] === DOWN ? state : undefined;
}

/** By the whole of what is configured; of several alike, one that has lost its place goes first. */
function statesByConfiguration(
  old: ReadonlyMap<string, ConfiguredServer>,
  next: ReadonlyMap<string, ConfiguredServer>,
  states: ReadonlyMap<string, State>,
): Map<string, State> {
  const found = new Map<string, State>();
  for (const moved of [true, false]) {
    for (const [key, { whole }] of old) {
      const state = states.get(key);
      if (state && next.has(key) !== moved && !found.has(whole)) found.set(whole, state);
    }
  }
  return found;
}

/** HAProxy finds the real server that a state is of by these two names. */
function named(state: State, key: string): string {
  const [backend = '', server = ''] = key.split('/');
  return state.with(1, backend).with(3, server).join(' ');
}

/** The real servers of a configuration by `backend/server`. */
function configuredServers(configuration: string): Map<string, ConfiguredServer> {
  const servers = new Map<string, ConfiguredServer>();
  let section = '';
  let check = '';
  for (const line of configuration.split('\n')) {
    const [word, name, ...options] = line.trim().split(' ');
    if (!line.startsWith(' ')) {
      section = name ?? '';
      check = '';
    } else if (word === 'http-check' || word === 'option') check += line;
    else if (word === 'server') {
      const checked = options.includes('check');
      const port = / port \d+/.exec(line)?.[0] ?? '';
      const place = `${options[0]}${port}${checked ? ' check' : ''}${options.includes('disabled') ? ' disabled' : ''}`;
      const whole = `${options.join(' ').replace(WITHOUT_STATE, '')}${check}`;
      servers.set(`${section}/${name}`, { place, whole, checked });
    }
  }
  return servers;
}
