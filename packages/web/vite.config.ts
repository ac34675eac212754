import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['certfleet-source', 'module', 'browser', 'production', 'import', 'default'] },
  build: {
    // Beside it, in dist/types, TypeScript keeps what it has checked.
    outDir: 'dist/site',
    emptyOutDir: true,
    // Which files a page needs: the tests measure the first load by it.
    manifest: true,
    target: 'es2022',
    // A strict Content-Security-Policy has no place for data: URLs and inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What every page needs is one file, which a warning about its size would not make smaller.
    chunkSizeWarningLimit: 800,
  },
});
