import { type Account, operations } from '@certfleet/contract';
import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Facts } from '../../parts/facts.js';
import { Few } from '../../parts/few.js';
import { Go } from '../../parts/go.js';
import { Loading } from '../../parts/loading.js';
import { Moment } from '../../parts/moment.js';
import { Page, Section } from '../../parts/page.js';
import { PageProblem } from '../../parts/page-problem.js';
import { ProblemAlert } from '../../parts/problem-alert.js';
import { read } from '../../query.js';
import { windowOf } from '../overview/scarcest.js';
import { AccountActions } from './account-actions.js';
import { AccountMark } from './accounts.js';
import { caOf } from './ca.js';
import { usePoliciesOf } from './policies-of.js';

const route = getRouteApi('/inside/accounts/$name');

export function AccountPage() {
  const { name } = route.useParams();
  const { data: account, error, refetch } = useQuery(read(operations.account.show, { params: { name } }));
  const policies = usePoliciesOf(name);
  if (!account) {
    return error ? <PageProblem title={name} error={error} retry={refetch} /> : <Loading what={name} />;
  }
  return (
    <Page
      title={name}
      badge={<AccountMark status={account.status} />}
      actions={<AccountActions account={account} policies={policies} />}
    >
      {error && <ProblemAlert error={error} retry={refetch} />}
      <About account={account} />
      <Limits name={name} />
      <Section title="Policies that use it">
        {policies.error && <ProblemAlert error={policies.error} retry={policies.refetch} />}
        {policies.isRead && (
          <Few
            label="Policies"
            rows={policies.users}
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
        )}
        {policies.isMore && <Text size="sm">There are more than these {policies.users.length}.</Text>}
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
        termsOfServiceUrl === null
          ? null
          : [
              'Terms of service',
              // What a CA names is followed only if it is a page of the web.
              /^https?:/.test(termsOfServiceUrl) ? (
                <Anchor key="terms" inherit href={termsOfServiceUrl} target="_blank" rel="noreferrer">
                  {termsOfServiceUrl}
                </Anchor>
              ) : (
                termsOfServiceUrl
              ),
            ],
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

/** So many registered domains are told of: those with the least left. */
const toldDomains = 100;

/** What the CA still lets it do, as far as its limits are known here. */
function Limits({ name }: { name: string }) {
  const { data, error, refetch } = useQuery({
    ...read(operations.account.limits, { params: { name } }),
    // Each order takes from them, which is no event of the account.
    refetchOnMount: 'always',
  });
  if (!data) return error && <ProblemAlert error={error} retry={refetch} />;
  return (
    <Section
      title="What the CA still allows"
      about="As far as it is known here: orders by other clients of the same account count at the CA as well."
    >
      <Few
        label="Limits"
        rows={data.budgets}
        columns={[
          { title: 'Limit', cell: ({ limit, of }) => (of === null ? limitNames[limit] : `${limitNames[limit]} ${of}`) },
          {
            title: 'Left',
            cell: ({ left, count }) => `${left.toLocaleString('en')} of ${count.toLocaleString('en')}`,
          },
          { title: 'Within', cell: ({ windowSeconds }) => windowOf(windowSeconds) },
          { title: 'Next one possible', cell: ({ nextAt }) => (nextAt ? <Moment at={nextAt} /> : 'now') },
        ]}
        keyOf={({ limit, of }) => `${limit} ${of}`}
        empty="No limits of this CA are known here: it may refuse an order for them nevertheless."
      />
      {data.budgets.length > toldDomains && (
        <Text size="sm">Of the domains these are the {toldDomains} with the least left.</Text>
      )}
    </Section>
  );
}
