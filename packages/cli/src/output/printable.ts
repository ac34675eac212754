/** Text from elsewhere (a CA's message, a label) without control characters, which could take over the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, character => (character === '\n' || character === '\t' ? ' ' : '\ufffd'));
}
