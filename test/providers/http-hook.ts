import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from './server.js';

export interface FakeHttpHook extends ProviderServer {
  txt(name: string): string[];
  put(name: string, value: string): void;
}

/** An end point that speaks httpreq, for callers with one of these values of Authorization. */
export async function startHttpHook(authorizations: readonly (string | undefined)[]): Promise<FakeHttpHook> {
  const records = new Set<string>();
  const key = (fqdn: string, value: string) => JSON.stringify([fqdn, value]);

  function answer({ method, path, headers, body }: ProviderRequest): ProviderReply {
    if (!authorizations.includes(headers.authorization)) return { status: 401, body: 'Unauthorized' };
    const { fqdn, value, ...more } = JSON.parse(body) as { fqdn: string; value: string };
    if (method !== 'POST' || !fqdn.endsWith('.') || !value || Object.keys(more).length > 0) return { status: 400 };
    if (path === '/dns/present') records.add(key(fqdn, value));
    else if (path === '/dns/cleanup') records.delete(key(fqdn, value));
    else return { status: 404 };
    return { status: 200, body: 'ok' };
  }

  const server = await startProviderServer(answer, { status: 429, headers: { 'retry-after': '1' } });
  return {
    ...server,
    url: `${server.url}/dns`,
    txt: name =>
      [...records].map(each => JSON.parse(each)).flatMap(([fqdn, value]) => (fqdn === `${name}.` ? [value] : [])),
    put: (name, value) => {
      records.add(key(`${name}.`, value));
    },
  };
}
