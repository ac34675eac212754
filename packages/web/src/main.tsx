import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './style.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { newQueryClient } from './query.js';
import { router } from './router.js';
import { cssVariables, theme } from './theme.js';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
// What locks scrolling behind a dialog writes a style of its own, and asks for its nonce by the name that webpack gave it.
Object.assign(globalThis, { __webpack_nonce__: nonce });
const page = document.getElementById('root');
// What keeps the page behind a dialog from scrolling (react-remove-scroll) asks for the nonce of its styles here.
Object.assign(globalThis, { __webpack_nonce__: nonce });
if (!page) throw new Error('index.html has no element "root".');

createRoot(page).render(
  <StrictMode>
    <QueryClientProvider client={newQueryClient()}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        cssVariablesResolver={cssVariables}
        getStyleNonce={() => nonce}
      >
        <Notifications position="bottom-right" />
        <RouterProvider router={router} />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
