import { type Account, operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Facts } from '../../parts/facts.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { AccountActions } from './account-actions.js';
import { AccountMark } from './accounts.js';
import { caOf } from './ca.js';

const route = getRouteApi('/inside/accounts/$name');

export function AccountPage() {
  const { name } = route.useParams();
  const { data: account, error, refetch } = useQuery(read(operations.account.show, { params: { name } }));
  const { data: policies } = useQuery(read(operations.policy.list, { query: { limit: 1000 } }));
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (!account) return <Loading what={name} />;
  const users = (policies?.items ?? []).filter(({ accounts }) => accounts.includes(name));
  return (
    <Page
      title={name}
      badge={<AccountMark status={account.status} />}
      actions={<AccountActions account={account} policies={users.map(policy => policy.name)} />}
    >
      <About account={account} />
      <Limits name={name} />
      <Section title="Policies that use it">
        <Few
          label="Policies"
          rows={users}
          columns={[
            {
              title: 'Policy',
              cell: policy => (
                <Go to="/policies/$name" params={{ name: policy.name }}>
                  {policy.name}
                </Go>
              ),
            },
            {
              title: 'As',
              cell: ({ accounts }) =>
                accounts[0] === name
                  ? 'first account'
                  : `fallback of ${accounts.slice(0, accounts.indexOf(name)).join(', ')}`,
            },
            {
              title: 'Certificates',
              cell: policy => (
                <Go to="/certificates" search={{ policy: policy.name }}>
                  those of {policy.name}
                </Go>
              ),
            },
          ]}
          keyOf={({ id }) => id}
          empty="No policy uses it, so that nothing is issued by it."
        />
      </Section>
      <Go to="/events" search={{ subject: `account:${name}` }}>
        What happened to it
      </Go>
    </Page>
  );
}

function About({ account }: { account: Account }) {
  const { directoryUrl, accountUrl, email, keyAlgorithm, termsOfServiceUrl, termsAgreedBy, termsAgreedAt } = account;
  return (
    <Facts
      label="About the account"
      facts={[
        ['CA', `${caOf(directoryUrl)}: ${directoryUrl}`],
        ['Account URL', accountUrl ?? 'not registered yet'],
        ['E-mail', email ?? 'none'],
        ['Key', keyAlgorithm],
        termsOfServiceUrl === null ? null : ['Terms of service', termsOfServiceUrl],
        termsAgreedAt === null
          ? null
          : [
              'Agreed',
              <span key="agreed">
                by {termsAgreedBy}, <Moment at={termsAgreedAt} />
              </span>,
            ],
        ['Created', <Moment key="created" at={account.createdAt} />],
      ]}
    />
  );
}

const limitNames = {
  newOrdersPerAccount: 'New orders of the account',
  certificatesPerRegisteredDomain: 'New certificates for',
} as const;

/** What the CA still lets it do, as far as its limits are known here. */
function Limits({ name }: { name: string }) {
  const { data } = useQuery(read(operations.system.overview, {}));
  const budgets = data?.accounts.find(({ account }) => account === name)?.budgets ?? [];
  if (budgets.length === 0) return null;
  return (
    <Section title="What the CA still allows" about="By the CA's published limits and what was used from here.">
      <Few
        label="Limits"
        rows={budgets}
        columns={[
          { title: 'Limit', cell: ({ limit, of }) => (of === null ? limitNames[limit] : `${limitNames[limit]} ${of}`) },
          { title: 'Left', isNumber: true, cell: ({ left, count }) => `${left} of ${count}` },
          { title: 'Within', cell: ({ windowSeconds }) => spanOf(windowSeconds) },
          { title: 'Room again', cell: ({ nextAt }) => (nextAt ? <Moment at={nextAt} /> : 'now') },
        ]}
        keyOf={({ limit, of }) => `${limit} ${of}`}
        empty=""
      />
    </Section>
  );
}

function spanOf(seconds: number): string {
  return seconds % 86_400 === 0 ? `${seconds / 86_400} days` : `${seconds / 3_600} hours`;
}
