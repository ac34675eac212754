import { Anchor, Paper, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { LiveProvider } from '../live/live-context.js';
import { FirstAdministrator } from './first-administrator.js';
import { FirstStart } from './first-start.js';
import { SignedIn } from './session.js';

/** The page behind the link of the first start. The code is in the fragment, which browsers send to nobody. */
export function Setup() {
  const [code] = useState(() => window.location.hash.slice(1));
  return (
    <SignedIn stranger={code === '' ? <NoCode /> : <FirstAdministrator code={code} />}>
      <LiveProvider>
        <FirstStart />
      </LiveProvider>
    </SignedIn>
  );
}

function NoCode() {
  return (
    <main className="entrance">
      <Paper withBorder p="xl" radius="md">
        <Title order={1} size="h2">
          This link has no code
        </Title>
        <Text mt="md">
          Certfleet prints a link when it starts for the first time. Open that one, or <Anchor href="/">sign in</Anchor>
          .
        </Text>
      </Paper>
    </main>
  );
}
