import { expect, test } from 'vitest';
import { renderPluginReference } from './reference.js';
import { channels, solvers } from './registry.js';

test('docs/reference/channels.md says what channels can be configured with; if not, run this test with -u', async () => {
  const page = {
    title: 'Types of channels',
    introduction:
      'What `certfleet channel create --type TYPE` takes with `--set`, `--set-file` and `--set-secret`. Secrets are encrypted in the store and never shown again. How channels are used: [the guide](../guides/notices.md).',
    writtenBy: 'packages/plugins/src/reference',
  };
  await expect(renderPluginReference(page, channels)).toMatchFileSnapshot('../../../docs/reference/channels.md');
});

test('docs/reference/solvers.md says what solvers can be configured with; if not, run this test with -u', async () => {
  const page = {
    title: 'Types of solvers',
    introduction:
      'What `certfleet solver create --type TYPE` takes with `--set`, `--set-file` and `--set-secret`. Secrets are encrypted in the store and never shown again. The DNS accounts among them have the last four fields in common; how they are used: [the guide](../guides/dns.md).',
    writtenBy: 'packages/plugins/src/reference',
  };
  await expect(renderPluginReference(page, solvers)).toMatchFileSnapshot('../../../docs/reference/solvers.md');
});
