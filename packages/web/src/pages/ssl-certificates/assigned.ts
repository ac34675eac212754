/** The target that an HTTPS virtual service is. */
export function ownTarget(index: number): string {
  return `vs-${index}`;
}
