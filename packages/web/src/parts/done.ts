import { notifications } from '@mantine/notifications';

/** Tells what was refused where nothing on the page can show it; it stays until it is closed. */
export function tellFailure(title: string, { message }: Error): void {
  notifications.show({
    title,
    message,
    color: 'red',
    withBorder: true,
    autoClose: false,
    role: 'alert',
    closeButtonProps: { 'aria-label': 'Close' },
  });
}

/** Tells, in passing, what the server has said is done: `The test was sent.` */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'teal', withBorder: true, closeButtonProps: { 'aria-label': 'Close' } });
}
