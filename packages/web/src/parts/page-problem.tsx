import { Page } from './page.js';
import { ProblemAlert } from './problem-alert.js';

/** Instead of a page whose thing could not be read. `title`: that of the page, or what the thing would be called. */
export function PageProblem({ title, error, retry }: { title: string; error: Error; retry: () => unknown }) {
  return (
    <Page title={title}>
      <ProblemAlert error={error} retry={retry} />
    </Page>
  );
}
