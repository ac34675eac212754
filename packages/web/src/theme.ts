import { type CSSVariablesResolver, createTheme } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  autoContrast: true,
  respectReducedMotion: true,
  // The head of a dialog is no head of the page.
  components: {
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

/** Mantine's own dimmed, placeholder, red and pale-ground texts stay below WCAG's 4.5 : 1 in one scheme or the other. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    ...onPale(color => `color-mix(in srgb, var(--mantine-color-${color}-9) 65%, black)`),
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    ...onPale(color => `var(--mantine-color-${color}-1)`),
  },
});
