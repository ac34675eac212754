import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';

/** Where `tellDone` shows what it tells, long enough to be read by those who read slowly. */
export default function Notices() {
  return <Notifications position="bottom-right" autoClose={10_000} />;
}
