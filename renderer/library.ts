/** The panel as a host app bundles it: everything of `index.ts`, and its styles as one file beside it. */

import './panel.css';

export * from './index.ts';
