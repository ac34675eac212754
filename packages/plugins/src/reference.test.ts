import { expect, test } from 'vitest';
import { renderPluginReference } from './reference.js';
import { channels } from './registry.js';

test('docs/reference/channels.md says what channels can be configured with; if not, run this test with -u', async () => {
  const page = {
    title: 'Types of channels',
    introduction:
      'What `certfleet channel create --type TYPE` takes with `--set`, `--set-file` and `--set-secret`. Secrets are encrypted in the store and never shown again. How channels are used: [the guide](../guides/notices.md).',
    writtenBy: 'packages/plugins/src/reference',
  };
  await expect(renderPluginReference(page, channels)).toMatchFileSnapshot('../../../docs/reference/channels.md');
});
