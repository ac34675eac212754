import type { Operation } from '@certfleet/contract';
import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';
import { useRefusal } from '../session/session.js';
import { ActionButton, namedAfter } from './action.js';

type Link = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'style'> & { ref?: Ref<HTMLAnchorElement> };

const AnchorLink = (props: Link & AnchorProps) => <Anchor inherit {...props} />;

/** `operation`: what the page is for that it leads to. Whose role is not enough for that sees why instead. */
type LinkButton = Link & ButtonProps & { operation?: Operation };

const ButtonLink = ({ operation, ...props }: LinkButton) =>
  operation === undefined ? <Button component="a" {...props} /> : <GuardedLink operation={operation} {...props} />;

function GuardedLink({ operation, ...props }: LinkButton & { operation: Operation }) {
  const isAllowed = useRefusal(operation) === null;
  if (isAllowed) return <Button component="a" {...namedAfter(operation)} {...props} />;
  const { children, size = 'sm', variant = 'filled' } = props;
  return (
    <ActionButton operation={operation} size={size} variant={variant} onClick={() => undefined}>
      {children}
    </ActionButton>
  );
}

/** A link within the pages, as text: `<Go to="/certificates/$name" params={{ name }}>`. */
export const Go: LinkComponent<typeof AnchorLink> = createLink(AnchorLink);

/** A link within the pages in a row of {@link import('./rows.js').Rows}: a plain element, since many are drawn at once. */
export const RowGo: LinkComponent<'a'> = createLink('a');

/** A link within the pages, as a button. */
export const GoButton: LinkComponent<typeof ButtonLink> = createLink(ButtonLink);
