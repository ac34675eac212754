import { ApiError, operations, type Role, type Session } from '@certfleet/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { api, remember } from '../api.js';
import { Loading } from '../parts/loading.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { SignIn } from './sign-in.js';

const SessionContext = createContext<Session | null>(null);
const sessionKey = ['session'];

/** Shows its children to whoever is signed in, and the sign-in to everyone else. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { data, error, refetch } = useQuery({ queryKey: sessionKey, queryFn: currentSession });
  if (error) return <ProblemAlert error={error} retry={refetch} />;
  if (data === undefined) return <Loading what="Certfleet" />;
  if (data === null) return <SignIn />;
  return <SessionContext value={data}>{children}</SessionContext>;
}

/** Null: nobody is signed in. */
async function currentSession(): Promise<Session | null> {
  try {
    const session = await api.call(operations.session.show, {});
    remember(session);
    return session;
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 401) return null;
    throw error;
  }
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('SignedIn is missing around this component.');
  return session;
}

/** Begins and ends sessions; what was read for another one is forgotten. */
export function useSignIn(): { begin: (session: Session) => void; end: () => Promise<void> } {
  const client = useQueryClient();
  const change = (session: Session | null) => {
    remember(session);
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    client.setQueryData(sessionKey, session);
  };
  return {
    begin: change,
    end: async () => {
      await api.call(operations.session.delete, {});
      change(null);
    },
  };
}

const ranks: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };
const people: Record<Role, string> = { viewer: 'viewers', operator: 'operators', admin: 'administrators' };

/** Null when the person's role is enough for an operation; else why not, for the disabled button. */
export function useRefusal({ role }: { role: Role | 'anyone' }): string | null {
  const session = useSession();
  if (role === 'anyone' || ranks[session.role] >= ranks[role]) return null;
  return `Only ${people[role]}${role === 'operator' ? ' and administrators' : ''} may do this; you are ${session.role}.`;
}
