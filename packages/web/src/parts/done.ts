import { notifications } from '@mantine/notifications';

/** Tells, in passing, what the server has said is done: `The test was sent.` */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'teal', withBorder: true, closeButtonProps: { 'aria-label': 'Close' } });
}
