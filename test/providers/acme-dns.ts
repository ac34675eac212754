import { randomUUID } from 'node:crypto';
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from './server.js';

export interface AcmeDnsAccount {
  fulldomain: string;
  subdomain: string;
  username: string;
  password: string;
  allowfrom: string[];
}

export interface FakeAcmeDns extends ProviderServer {
  /** As `POST /register` answers. */
  register(): AcmeDnsAccount;
  /** The newest first. */
  txt(fulldomain: string): string[];
}

/** acme-dns's API, with its rules: a user for each name, values of 43 characters, the two newest of which stay. */
export async function startAcmeDns(): Promise<FakeAcmeDns> {
  const accounts: (AcmeDnsAccount & { values: string[] })[] = [];

  function answer({ method, path, headers, body }: ProviderRequest): ProviderReply {
    if (method === 'GET' && path === '/health') return { status: 200 };
    if (method !== 'POST' || path !== '/update') return { status: 404, body: '404 page not found' };
    const { subdomain, txt } = JSON.parse(body) as { subdomain: string; txt: string };
    const account = accounts.find(each => each.subdomain === subdomain);
    const known = account?.username === headers['x-api-user'] && account?.password === headers['x-api-key'];
    if (!account || !known) return { status: 401, body: { error: 'forbidden' } };
    if (txt.length !== 43) return { status: 400, body: { error: 'bad_txt' } };
    account.values = [txt, ...account.values].slice(0, 2);
    return { status: 200, body: { txt } };
  }

  const server = await startProviderServer(answer, { status: 429, headers: { 'retry-after': '1' } });
  return {
    ...server,
    register() {
      const subdomain = randomUUID();
      const [username, password] = [randomUUID(), randomUUID()];
      const account = { fulldomain: `${subdomain}.auth.example.net`, subdomain, username, password, allowfrom: [] };
      accounts.push({ ...account, values: [] });
      return account;
    },
    txt: fulldomain => accounts.find(each => each.fulldomain === fulldomain)?.values ?? [],
  };
}
