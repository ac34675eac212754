import { ActionIcon, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { tellFailure } from '../parts/done.js';
import { useUtc } from '../parts/times.js';
import { useSession, useSignIn } from '../session/session.js';

/** Who is signed in, and the way out. */
export default function Person() {
  const { name, role } = useSession();
  const { end } = useSignIn();
  const [isUtc, setUtc] = useUtc();
  const leave = useMutation({
    mutationFn: end,
    onError: error => tellFailure('You are still signed in', error),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={`${name}, ${role}: menu`}>
          {name.slice(0, 1).toUpperCase()}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {name}, {role}
        </Menu.Label>
        <Menu.Item component={Link} to="/settings/password">
          Your password
        </Menu.Item>
        <Menu.Item onClick={() => setUtc(!isUtc)}>{isUtc ? 'Show times in my zone' : 'Show times in UTC'}</Menu.Item>
        <Menu.Item onClick={() => leave.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
