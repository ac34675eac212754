import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';

/** Where `tellDone` shows what it tells. */
export default function Notices() {
  return <Notifications position="bottom-right" />;
}
