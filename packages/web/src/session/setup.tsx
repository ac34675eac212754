import { Anchor, Text } from '@mantine/core';
import { useLocation } from '@tanstack/react-router';
import { LiveProvider } from '../live/live-context.js';
import { Entrance } from './entrance.js';
import { FirstAdministrator } from './first-administrator.js';
import { FirstStart } from './first-start.js';
import { SignedIn } from './session.js';

/** The page behind the link of the first start. The code is in the fragment, which browsers send to nobody. */
export function Setup() {
  // Another link in the same tab changes nothing else, so nothing is loaded anew.
  const code = useLocation({ select: ({ hash }) => hash });
  return (
    <SignedIn stranger={code === '' ? <NoCode /> : <FirstAdministrator key={code} code={code} />}>
      <LiveProvider>
        <FirstStart />
      </LiveProvider>
    </SignedIn>
  );
}

function NoCode() {
  return (
    <Entrance title="This link has no code">
      <Text>
        Certfleet prints a link when it starts for the first time. Open that one, or <Anchor href="/">sign in</Anchor>.
      </Text>
    </Entrance>
  );
}
