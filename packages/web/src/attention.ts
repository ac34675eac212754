/** So long after someone has touched the page, what it reads by itself is still on their behalf; in milliseconds. */
const attention = 60_000;

let touchedAt = 0;

/** Looks out for whoever works with the page, from now on. Whoever opens it does. */
export function watchAttention(): void {
  const touch = () => {
    touchedAt = Date.now();
  };
  touch();
  for (const type of ['pointerdown', 'keydown', 'wheel']) {
    window.addEventListener(type, touch, { capture: true, passive: true });
  }
}

/** Whether someone works with the page at the moment. */
export function isAttended(): boolean {
  return Date.now() - touchedAt < attention;
}
