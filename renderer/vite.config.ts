// Builds the panel's page into dist/renderer/. React has a chunk of its own, so that the panel's own weight can be measured and a host
// that brings React pays only for the panel.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // No polyfill and no inline scripts: the page's content security policy allows only its own files. What the page imports is named in
    // it, so that nothing waits for a script to be read first.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }] } },
    },
  },
});
