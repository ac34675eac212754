import '@mantine/core/styles.css';
import './style.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { watchAttention } from './attention.js';
import { newQueryClient } from './query.js';
import { router } from './router.js';
import { cssVariables, theme } from './theme.js';

watchAttention();

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
// What locks scrolling behind a dialog writes a style of its own, and asks for its nonce by the name that webpack gave it.
Object.assign(globalThis, { __webpack_nonce__: nonce });
const page = document.getElementById('root');
if (!page) throw new Error('index.html has no element "root".');

/** Nothing is told before something was done: it comes after the first page. */
const Notices = lazy(() => import('./layout/notices.js'));

createRoot(page).render(
  <StrictMode>
    <QueryClientProvider client={newQueryClient()}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        cssVariablesResolver={cssVariables}
        getStyleNonce={() => nonce}
      >
        <Suspense>
          <Notices />
        </Suspense>
        <RouterProvider router={router} />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
