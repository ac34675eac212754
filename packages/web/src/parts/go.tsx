import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Link = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'style'> & { ref?: Ref<HTMLAnchorElement> };

const AnchorLink = (props: Link & AnchorProps) => <Anchor inherit {...props} />;
const ButtonLink = (props: Link & ButtonProps) => <Button component="a" {...props} />;

/** A link within the pages, as text: `<Go to="/certificates/$name" params={{ name }}>`. */
export const Go: LinkComponent<typeof AnchorLink> = createLink(AnchorLink);

/** A link within the pages, as a button. */
export const GoButton: LinkComponent<typeof ButtonLink> = createLink(ButtonLink);
