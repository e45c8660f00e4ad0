/* How the pages are built: into the Python package, with content hashes in names so that browsers may keep them for ever. */
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../src/sonde/web/ui',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // a data: address would need an exception in the Content-Security-Policy
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/sonde': 'http://127.0.0.1:4321', '/readyz': 'http://127.0.0.1:4321' } },
});
