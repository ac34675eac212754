import { type CSSVariablesResolver, createTheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  autoContrast: true,
  respectReducedMotion: true,
  components: {
    // As tables and fields have it.
    Text: { defaultProps: { size: 'sm' } },
    List: { defaultProps: { size: 'sm' } },
    // As other sheets have it, in the dark too.
    Card: { defaultProps: { bg: 'var(--mantine-color-body)' } },
    // No wider than what is typed into it; what is said of it is.
    NumberInput: { defaultProps: { styles: { wrapper: { maxWidth: 160 } } } },
    // Its first line would come after an element that is none.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // The head of a dialog is no head of the page.
    DrawerHeader: { defaultProps: { role: 'none' } },
    ModalHeader: { defaultProps: { role: 'none' } },
  },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
});

/** Every colour that the pages use. */
const colors = ['teal', 'blue', 'yellow', 'orange', 'red', 'gray', 'grape'] as const;

/** Text on the pale ground of a badge, an alert or the present page's line. */
const onPale = (text: (color: string) => string) =>
  Object.fromEntries(colors.map(color => [`--mantine-color-${color}-light-color`, text(color)]));

/** The ground of badges, alerts and the present page's line, which lets the page's own shine through. */
const paleGround = (shade: number, share: number) =>
  Object.fromEntries(
    colors.flatMap(color => {
      const mixed = (percent: number) =>
        `color-mix(in srgb, var(--mantine-color-${color}-${shade}) ${percent}%, var(--mantine-color-body))`;
      return [
        [`--mantine-color-${color}-light`, mixed(share)],
        [`--mantine-color-${color}-light-hover`, mixed(share + 8)],
      ];
    }),
  );

/** Under the mouse a filled button gets darker. Mantine makes it lighter, until its white text is hard to read. */
const filledHover = Object.fromEntries(
  colors.map(color => [
    `--mantine-color-${color}-filled-hover`,
    `color-mix(in srgb, var(--mantine-color-${color}-9) 85%, black)`,
  ]),
);

/** Mantine's own dimmed, placeholder, red and pale-ground texts stay below WCAG's 4.5 : 1 in one scheme or the other. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--page-ground': 'var(--mantine-color-gray-0)',
    ...filledHover,
    ...paleGround(6, 15),
    ...onPale(color => `color-mix(in srgb, var(--mantine-color-${color}-9) 65%, black)`),
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--page-ground': 'var(--mantine-color-dark-8)',
    ...filledHover,
    ...paleGround(7, 24),
    ...onPale(color => `var(--mantine-color-${color}-1)`),
  },
});
