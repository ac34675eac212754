import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type VariantColorsResolver,
} from '@mantine/core';

/**
 * Text on the pale background of a badge or an alert is darker (light scheme) and paler (dark scheme) than Mantine's own,
 * which stays below WCAG's 4.5 : 1 for some colours.
 */
const legibleColors: VariantColorsResolver = input => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== 'light') return colors;
  const shade = (step: number) => `var(--mantine-color-${input.color ?? input.theme.primaryColor}-${step})`;
  return { ...colors, color: `light-dark(color-mix(in srgb, ${shade(9)} 65%, black), ${shade(1)})` };
};

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  autoContrast: true,
  respectReducedMotion: true,
  variantColorResolver: legibleColors,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
});

/** Dimmed text that is still 4.5 : 1, in both schemes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
});
