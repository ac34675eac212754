import type { Role } from '@certfleet/contract';

/** Who does something: a signed-in user, the holder of an API token, or Certfleet by itself. */
export interface Actor {
  kind: 'user' | 'token' | 'system';
  /** The user's or token's name; of the system: what part of it. */
  name: string;
  role: Role;
}

/** An actor as events name it: `user:anna`, `token:deploy`, `system`. */
export function describeActor(actor: Actor): string {
  return actor.kind === 'system' ? 'system' : `${actor.kind}:${actor.name}`;
}

const rank: Record<Role, number> = { viewer: 1, operator: 2, admin: 3 };

/** Whether a role includes another: each sees and does what the lesser ones do. */
export function includesRole(role: Role, least: Role): boolean {
  return rank[role] >= rank[least];
}
