import { operations } from '@certfleet/contract';
import { useQuery } from '@tanstack/react-query';
import { read } from '../../query.js';
import { useRefusal } from '../../session/session.js';

/** The profiles of the CA of an account, with what the CA says of them; none as long as it has not answered. */
export function useProfiles(account: string | undefined): { name: string; title: string }[] {
  const refusal = useRefusal(operations.account.ca);
  const { data } = useQuery({
    ...read(operations.account.ca, { params: { name: account ?? '' } }),
    enabled: account !== undefined && refusal === null,
  });
  return Object.entries(data?.profiles ?? {}).map(([name, title]) => ({ name, title }));
}
