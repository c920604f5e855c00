/** The default settings row: title and state on one side, the controls on the other, without a border. */

import type { RowProps } from './components.ts';

export function Row({ title, description, controls }: RowProps) {
  return (
    <div className="hgs-row">
      <div className="hgs-row-text">
        {title}
        {description}
      </div>
      <div className="hgs-row-controls">{controls}</div>
    </div>
  );
}
