import type { BulkChange, BulkSelection, RevocationReason } from '@certfleet/contract';

/** What is filled in before something is done to many certificates. */
export interface Details {
  target: string | null;
  isDefault: boolean;
  reason: RevocationReason;
  replaceFirst: boolean;
}

/** What stands there at first: those that were found by their target are taken off that one. */
export function firstDetails(action: BulkChange['action'], selection: BulkSelection): Details {
  const found = 'filter' in selection ? selection.filter.target : undefined;
  const target = action === 'unassign' ? (found ?? null) : null;
  return { target, isDefault: false, reason: 'unspecified', replaceFirst: true };
}

/** What the server is asked to do; null: it is not said where. */
export function actOf(action: BulkChange['action'], details: Details): BulkChange | null {
  const { target, isDefault, reason, replaceFirst } = details;
  switch (action) {
    case 'renew':
    case 'delete':
      return { action };
    case 'assign':
      return target === null ? null : { action, target, isDefault };
    case 'unassign':
      return target === null ? null : { action, target };
    case 'revoke':
      return { action, reason, replaceFirst };
  }
}
