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
  /** In no order that says anything. */
  txt(fulldomain: string): string[];
}

/**
 * acme-dns's API, with its rules: a user for each name, values of 43 characters; a name has two rows, of which the one that
 * was written in the earliest second is replaced, and of two of one second the first.
 */
export async function startAcmeDns(): Promise<FakeAcmeDns> {
  const accounts: (AcmeDnsAccount & { rows: { value: string; second: number }[] })[] = [];

  function answer({ method, path, headers, body }: ProviderRequest): ProviderReply {
    if (method === 'GET' && path === '/health') return { status: 200 };
    if (method !== 'POST' || path !== '/update') return { status: 404, body: '404 page not found' };
    const { subdomain, txt } = JSON.parse(body) as { subdomain: string; txt: string };
    const account = accounts.find(each => each.subdomain === subdomain);
    const known = account?.username === headers['x-api-user'] && account?.password === headers['x-api-key'];
    if (!account || !known) return { status: 401, body: { error: 'forbidden' } };
    if (txt.length !== 43) return { status: 400, body: { error: 'bad_txt' } };
    const [oldest] = account.rows.toSorted((one, other) => one.second - other.second);
    if (oldest) Object.assign(oldest, { value: txt, second: Math.floor(Date.now() / 1000) });
    return { status: 200, body: { txt } };
  }

  const server = await startProviderServer(answer, { status: 429, headers: { 'retry-after': '1' } });
  return {
    ...server,
    register() {
      const subdomain = randomUUID();
      const [username, password] = [randomUUID(), randomUUID()];
      const account = { fulldomain: `${subdomain}.auth.example.net`, subdomain, username, password, allowfrom: [] };
      accounts.push({ ...account, rows: [1, 2].map(() => ({ value: '', second: 0 })) });
      return account;
    },
    txt: fulldomain => {
      const rows = accounts.find(each => each.fulldomain === fulldomain)?.rows ?? [];
      return rows.map(({ value }) => value).filter(value => value !== '');
    },
  };
}
