/** The default switch. While busy it is never `disabled`, because a disabled element would lose the focus during an operation. */

import type { SwitchProps } from './components.ts';

export function Switch({ id, checked, busy, disabled, labelledBy, describedBy, onChange }: SwitchProps) {
  const inert = busy || disabled;
  return (
    <button
      type="button"
      role="switch"
      id={id}
      className="hgs-switch"
      aria-checked={checked}
      aria-busy={busy}
      aria-disabled={inert}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      onClick={() => {
        if (!inert) onChange(!checked);
      }}
    >
      <span className="hgs-switch-thumb" />
    </button>
  );
}
