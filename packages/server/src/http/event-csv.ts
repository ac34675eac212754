import { csvLine, type Event } from '@certfleet/contract';

const columns = ['id', 'at', 'actor', 'action', 'subject', 'outcome', 'message', 'detail'] as const;

/** The header line of a table of events. */
export const eventCsvHeading = csvLine(columns);

/** One event; `detail` is JSON. */
export function eventCsvLine(event: Event): string {
  return csvLine(
    columns.map(column => (column === 'detail' ? JSON.stringify(event.detail) : String(event[column] ?? ''))),
  );
}
