/** The bundle for a host app: everything of `index.ts`, with the styles as one file beside it. */

import './panel.css';

export * from './index.ts';
