import { poolSettings, type VirtualService } from '@certfleet/contract';
import { z } from 'zod';
import type { Invocation } from '../command.js';
import { usageFailure } from '../failure.js';
import { type Flag, fieldsFrom, flagsFor } from '../flags.js';
import { readText } from '../secret-input.js';

/** `type`, then the settings behind commas: `,name=value`. Commas within what comes first belong to it. */
function taken(text: string, names: readonly string[]): { first: string; settings: [name: string, value: string][] } {
  const setting = new RegExp(`^(.*),(${names.join('|')})=([^,]*)$`);
  const settings: [string, string][] = [];
  let first = text;
  for (let match = setting.exec(first); match; match = setting.exec(first)) {
    const [, before = '', name = '', value = ''] = match;
    settings.unshift([name, value]);
    first = before;
  }
  return { first, settings };
}

/** What isn't a number stays text, so that the schema says what is wrong with it. */
function number(text: string): unknown {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** `none`, `tcp[,port=N]` or `http[s][:/path][,port=N][,host=NAME][,method=HEAD][,status=N]…` */
export function healthCheck(text: string): Record<string, unknown> {
  const { first, settings } = taken(text, ['port', 'host', 'method', 'status']);
  const [, type = '', path] = /^([a-z]+)(?::(\/.*))?$/s.exec(first) ?? [];
  const web = type === 'http' || type === 'https';
  const fits = web || (path === undefined && (type === 'tcp' || (type === 'none' && settings.length === 0)));
  if (!fits || (type === 'tcp' && settings.some(([name]) => name !== 'port'))) {
    throw usageFailure(`"${text}" is not a health check.`, `Give ${healthCheckForms}.`);
  }
  const check: Record<string, unknown> = { type, ...(path === undefined ? {} : { path }) };
  for (const [name, value] of settings) {
    if (name === 'status') check.statuses = [...((check.statuses as unknown[]) ?? []), number(value)];
    else check[name] = name === 'port' ? number(value) : value;
  }
  return check;
}

const healthCheckForms = 'none, tcp[,port=N] or http[s][:/path][,port=N][,host=NAME][,method=HEAD][,status=N]…';

/** `none`, `source`, `cookie:NAME` or `server-cookie:NAME`, the last three with `[,timeout=SECONDS]`. */
export function persistence(text: string): Record<string, unknown> {
  const { first, settings } = taken(text, ['timeout']);
  const [, type = '', name] = /^(none|source|cookie|server-cookie)(?::(.+))?$/.exec(first) ?? [];
  const named = type === 'cookie' || type === 'server-cookie';
  if (type === '' || named !== (name !== undefined) || settings.length > (type === 'none' ? 0 : 1)) {
    throw usageFailure(`"${text}" is not a kind of persistence.`, `Give ${persistenceForms}.`);
  }
  const [timeout] = settings;
  return { type, ...(named ? { name } : {}), ...(timeout ? { timeoutSeconds: number(timeout[1]) } : {}) };
}

const persistenceForms = 'none, source[,timeout=SECONDS] or [server-]cookie:NAME[,timeout=SECONDS]';

/** `none`, a status, or `status=URL`. */
export function unavailable(text: string): Record<string, unknown> | null {
  if (text === 'none') return null;
  const [, status = '', url] = /^(\d{3})(?:=(.+))?$/.exec(text) ?? [];
  if (status === '') throw usageFailure(`"${text}" is not an answer.`, 'Give a status, or status=URL, or none.');
  return { status: Number(status), ...(url === undefined ? {} : { redirectUrl: url }) };
}

const pageFlag: Flag = {
  name: 'unavailable-page',
  placeholder: 'file',
  help: 'A file with the HTML or text of that answer, "-" for standard input.',
};

/** How the real servers of a (sub) virtual service are used. */
export const poolFlags: Flag[] = flagsFor(z.object(poolSettings).partial(), {
  scheduling: {
    help: 'How requests are spread over the real servers; fixed-weight: the heaviest that is up takes all. (default: weighted-round-robin)',
  },
  minimumServers: { help: 'With fewer real servers up it counts as down. (default: 1)' },
  persistence: [
    {
      name: 'persistence',
      placeholder: 'none|source|[server-]cookie:NAME[,timeout=SECONDS]',
      field: ['persistence'],
      parse: persistence,
      help: 'Keeps a client on one real server: by its address, by a cookie that is set, or by one of the application. (default: none)',
    },
  ],
  healthCheck: [
    {
      name: 'health-check',
      placeholder: 'none|tcp|http[s][:/path][,setting=value]…',
      field: ['healthCheck'],
      parse: healthCheck,
      help: 'How to see whether a real server works; settings: port, and of http and https host, method (GET or HEAD) and status (one that counts as up besides 200 to 299, in place of 300 to 399; may be repeated). (default: tcp)',
    },
  ],
  unavailable: [
    {
      name: 'unavailable',
      placeholder: 'status[=url]|none',
      field: ['unavailable'],
      parse: unavailable,
      help: "What is answered when no real server can: a status, or one of 301, 302, 303, 307 and 308 with a URL. (default: a sub virtual service: its virtual service's; that: 503)",
    },
    pageFlag,
  ],
});

/** What {@link poolFlags} can't hold by themselves: the page, whose file is read here. */
export async function pageOf(invocation: Invocation): Promise<Record<string, unknown>> {
  const file = invocation.flags.text(pageFlag.name);
  if (file === undefined) return {};
  const page = await readText(file, pageFlag.name, invocation.world.terminal);
  const { unavailable } = fieldsFrom(poolFlags, invocation.flags) as Partial<Pick<VirtualService, 'unavailable'>>;
  return { unavailable: { ...unavailable, page } };
}
