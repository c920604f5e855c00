// Builds the demonstration's page into dist/demo/page/, as the app's own page is built.
import { mergeConfig } from 'vite';
import renderer from '../../renderer/vite.config.ts';

export default mergeConfig(renderer, { build: { outDir: '../../dist/demo/page' } });
