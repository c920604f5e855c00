// Builds two pages into dist/renderer/: the app's, and that of the browser shell. React has a chunk of its own, so that the panel's own
// weight can be measured and a host that brings React pays only for the panel; what both pages share is one more.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // No polyfill and no inline scripts: the pages' content security policy allows only their own files. What a page imports is named in
    // it, so that nothing waits for a script to be read first.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: page('index'), browser: page('browser') },
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            // Few files: a browser opens six connections at once, and each has its own delay.
            { name: 'panel', minShareCount: 2, test: /[\\/](renderer|src)[\\/](?!.*-(ar|pseudo|ar-failures)\.ts)/ },
          ],
        },
      },
    },
  },
});
