import { SegmentedControl, Stack } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { tellDone } from '../../parts/done.js';
import { Page } from '../../parts/page.js';
import { LinkForm } from './link-form.js';
import { RegisterForm } from './register-form.js';

const route = getRouteApi('/inside/accounts/-/new');

const ways = [
  { value: 'register', label: 'Register a new one' },
  { value: 'link', label: 'Link one by its key' },
];

export function NewAccountPage() {
  const { how = 'register' } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (name: string, what: string) => {
    tellDone(what);
    return navigate({ to: '/accounts/$name', params: { name } });
  };
  return (
    <Page title={how === 'link' ? 'Link an account' : 'Register an account'}>
      <Stack>
        <SegmentedControl
          aria-label="How"
          maw={640}
          data={ways}
          value={how}
          onChange={value => navigate({ search: { how: value === 'link' ? 'link' : 'register' }, replace: true })}
        />
        {how === 'register' ? (
          <RegisterForm onDone={({ name }) => show(name, `The account ${name} is registered.`)} />
        ) : (
          <LinkForm onDone={({ name }) => show(name, `The account ${name} is linked.`)} />
        )}
      </Stack>
    </Page>
  );
}
