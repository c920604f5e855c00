/** The default settings row: what it is and how it stands on one side, the controls on the other. Flat, without a box or a line. */

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
