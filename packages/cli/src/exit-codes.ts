/** What the process ends with. Scripts may rely on these. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notAllowed: 3,
  notFound: 4,
  unreachable: 5,
  stillWaiting: 6,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** For the reference page and the help, in order. */
export const exitCodeMeanings: Record<keyof typeof exitCodes, string> = {
  ok: 'It was done.',
  failed: 'It failed; the message says what came back and what to do.',
  usage: 'The command line or a value in it is not valid.',
  notAllowed: 'Not signed in, or not allowed for the role.',
  notFound: 'Something that was named does not exist.',
  unreachable: 'The server cannot be reached, or shows another certificate.',
  stillWaiting: 'Accepted, and still going on after --timeout, or waiting for somebody.',
};
