import { operations, type Token } from '@certfleet/contract';
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FirstNames } from '../../parts/first-names.js';
import { Shown } from '../../parts/shown.js';
import { read } from '../../query.js';

/** What becomes of a user's LoadMaster API keys, and of the tokens that they created, when the user is deleted. */
export function UserTokens({ user }: { user: string }) {
  const tokens = useQuery(read(operations.token.list, { query: { user, limit: 1000 } }));
  return (
    <Stack gap="xs">
      <Text size="sm">Their sessions end at once.</Text>
      <Shown of={tokens} what="their API keys and tokens">
        {({ items, nextCursor }) => {
          const isMore = nextCursor !== null;
          const keys = items.filter(token => token.user === user);
          const created = items.filter(token => token.user !== user);
          return (
            <Stack gap="xs">
              <Tokens of={keys} isMore={isMore} noun="LoadMaster API key" then="deleted with them" />
              <Tokens of={created} isMore={isMore} noun="API token" then="not deleted, and can be used on" />
            </Stack>
          );
        }}
      </Shown>
    </Stack>
  );
}

interface TokensProps {
  of: readonly Token[];
  isMore: boolean;
  noun: string;
  /** What becomes of them. */
  then: string;
}

function Tokens({ of, isMore, noun, then }: TokensProps) {
  if (of.length === 0) return <Text size="sm">{`They have no ${noun}${isMore ? ' among the first 1,000' : ''}.`}</Text>;
  const count = `${isMore ? 'At least ' : ''}${of.length} ${noun}${of.length === 1 ? '' : 's'}`;
  return (
    <div>
      <Text size="sm">{`${count} of theirs ${of.length === 1 ? 'is' : 'are'} ${then}:`}</Text>
      <FirstNames names={of.map(({ name }) => name)} isMore={isMore} />
    </div>
  );
}
