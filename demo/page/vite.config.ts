// Builds the pages of the demonstration into dist/demo/page/, with the configuration of the app's page.
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vite';
import renderer from '../../renderer/vite.config.ts';

const input = ['index.html', 'panel.html'].map(page => fileURLToPath(new URL(page, import.meta.url)));

export default mergeConfig(renderer, { build: { outDir: '../../dist/demo/page', rolldownOptions: { input } } });
