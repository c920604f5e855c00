/** The default button. An elevated one has the Windows shield, and mentions the administrator in its accessible name. */

import type { ButtonProps } from './components.ts';
import { Chevron, Shield } from './icons.tsx';

export function Button({ children, onClick, label, elevated, variant = 'plain', disabled = false, expanded, controls, ref }: ButtonProps) {
  return (
    <button
      ref={ref}
      type="button"
      className="hgs-button"
      data-variant={variant}
      aria-label={label}
      aria-disabled={disabled || undefined}
      aria-expanded={expanded}
      aria-controls={controls}
      onClick={() => {
        if (!disabled) onClick();
      }}
    >
      {elevated && <Shield />}
      {children}
      {expanded !== undefined && <Chevron />}
    </button>
  );
}
