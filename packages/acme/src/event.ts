/** What an {@link AcmeServer} tells while it works: for progress, statistics and diagnosis. Nothing secret is in it. */
export type AcmeEvent =
  /** One HTTP request, also a failed one (`status` undefined when no answer came). */
  | {
      type: 'request';
      operation: string;
      method: 'GET' | 'POST';
      url: string;
      status: number | undefined;
      durationMs: number;
    }
  /** A request is signed and sent again after `afterMs`. */
  | { type: 'retry'; operation: string; url: string; reason: string; afterMs: number; error: Error }
  /** The directory could not be read again; the known one stays in use. */
  | { type: 'directory-kept'; url: string; error: Error };
