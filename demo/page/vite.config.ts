// Builds the page of the demonstration into dist/demo/page/, with the configuration of the app's page.
import { mergeConfig } from 'vite';
import renderer from '../../renderer/vite.config.ts';

export default mergeConfig(renderer, { build: { outDir: '../../dist/demo/page' } });
