/** How a thing stands. Each has a colour and a sign, so that nobody needs to tell colours apart. */
export type Standing = 'good' | 'busy' | 'attention' | 'bad' | 'off';

/** What shows each. */
export const looks: Record<Standing, { color: string; sign: string }> = {
  good: { color: 'teal', sign: '✓' },
  busy: { color: 'blue', sign: '…' },
  attention: { color: 'yellow', sign: '△' },
  bad: { color: 'red', sign: '!' },
  off: { color: 'gray', sign: '–' },
};

/** A short word on how a thing stands: `<Mark standing="good">valid</Mark>`. */
export function Mark({ standing, children }: { standing: Standing; children: string }) {
  const { color, sign } = looks[standing];
  const ground = `var(--mantine-color-${color}-light)`;
  // Plain elements, since a table draws one for each row: Mantine's badge takes as long as the rest of the row.
  return (
    <span className="mark" style={{ background: ground, color: `var(--mantine-color-${color}-light-color)` }}>
      <span aria-hidden>{sign}</span> <span>{children}</span>
    </span>
  );
}
