import { ApiError, operations, type Role, type Session } from '@certfleet/contract';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, lazy, type ReactNode, Suspense, useContext } from 'react';
import { api, reading, remember } from '../api.js';
import { Loading } from '../parts/loading.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { isUnauthenticated, sessionKey } from '../query.js';

/** Whoever is signed in does not need it. */
const SignIn = lazy(() => import('./sign-in.js').then(({ SignIn }) => ({ default: SignIn })));

const SessionContext = createContext<Session | null>(null);

/** Someone was signed in. `why`: in the server's words, which knows it of sessions that have run out. */
interface Ended {
  ended: { why: string | null };
}

/** Who is signed in. */
type Presence = Session | 'nobody' | Ended;

/**
 * Shows its children to whoever is signed in, and the sign-in to everyone else. The address stays, so that whoever signs
 * in again goes on where they were. `stranger`: what is shown instead where nobody was signed in before.
 */
export function SignedIn({ children, stranger }: { children: ReactNode; stranger?: ReactNode }) {
  const { data, error, refetch } = useQuery({
    queryKey: sessionKey,
    queryFn: currentSession,
    // A tab that comes into sight again may be of yesterday.
    refetchOnWindowFocus: 'always',
  });
  if (data === undefined && error) return <ProblemAlert error={error} retry={refetch} />;
  if (data === undefined) return <Loading what="Certfleet" />;
  if (data === 'nobody' && stranger !== undefined) return stranger;
  if (data === 'nobody' || 'ended' in data) {
    return (
      <Suspense fallback={<Loading what="the sign-in" />}>
        <SignIn ended={data === 'nobody' ? null : data.ended} />
      </Suspense>
    );
  }
  return <SessionContext value={data}>{children}</SessionContext>;
}

/** Drafts outlive a reload and a session that has run out, in their tab, but are not the next person's. */
function keepDraftsOf({ name }: Session): void {
  const drafts = window.sessionStorage;
  if (drafts.getItem('owner') === name) return;
  drafts.clear();
  drafts.setItem('owner', name);
}

async function currentSession({ client }: { client: QueryClient }): Promise<Presence> {
  try {
    const session = await reading.call(operations.session.show, {});
    remember(session);
    keepDraftsOf(session);
    return session;
  } catch (error) {
    if (!isUnauthenticated(error)) throw error;
    const before = client.getQueryData<Presence>(sessionKey) ?? 'nobody';
    if (before === 'nobody') return 'nobody';
    const why = error instanceof ApiError && error.problem.code === 'session-ended' ? error.problem.detail : null;
    return typeof before === 'object' && 'ended' in before ? before : { ended: { why } };
  }
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('SignedIn is missing around this component.');
  return session;
}

/** Begins and ends sessions; what was read, sent and typed in another one is forgotten. */
export function useSignIn(): { begin: (session: Session) => Promise<void>; end: () => Promise<void> } {
  const client = useQueryClient();
  const change = async (session: Session | null) => {
    remember(session);
    await client.cancelQueries({ queryKey: sessionKey });
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    client.getMutationCache().clear();
    client.setQueryData<Presence>(sessionKey, session ?? 'nobody');
  };
  return {
    begin: session => {
      keepDraftsOf(session);
      return change(session);
    },
    end: async () => {
      try {
        await api.call(operations.session.delete, {});
      } catch (error) {
        // It is over already.
        if (!isUnauthenticated(error)) throw error;
      }
      window.sessionStorage.clear();
      await change(null);
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
