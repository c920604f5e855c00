/** The default components: the browser's own elements, in the look of the panel. */

import { useId, useLayoutEffect, useRef } from 'react';
import type { ButtonProps, ConfirmProps, FilterProps, PanelComponents, RowProps, SelectProps, SwitchProps } from './components.ts';
import { Chevron, Shield } from './icons.tsx';

/** Title and state on one side, the controls on the other, without a border. */
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

/** While busy it is never `disabled`, because a disabled element would lose the focus during an operation. */
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

/** An elevated one has the Windows shield, and mentions the administrator in its accessible name. */
export function Button({
  children,
  onClick,
  label,
  elevated,
  variant = 'plain',
  disabled = false,
  expanded,
  pressed,
  controls,
  ref,
}: ButtonProps) {
  return (
    <button
      ref={ref}
      type="button"
      className="hgs-button"
      data-variant={variant}
      aria-label={label}
      aria-disabled={disabled || undefined}
      aria-expanded={expanded}
      aria-pressed={pressed}
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

function Select({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <>
      <label className="hgs-muted" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="hgs-field" value={value} onChange={event => onChange(event.target.value)}>
        {options.map(option => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </>
  );
}

function Filter({ label, value, onChange }: FilterProps) {
  return (
    <input
      type="search"
      className="hgs-field hgs-filter"
      aria-label={label}
      placeholder={label}
      value={value}
      spellCheck={false}
      autoComplete="off"
      onChange={event => onChange(event.target.value)}
    />
  );
}

/** The browser's modal dialog, which traps the focus, closes on Escape and restores the focus. */
function Confirm({ text, children, choices, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const focused = useRef<HTMLButtonElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    focused.current?.focus();
    // Closing restores the focus; removing the element does not.
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      className="hgs-confirm"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-body${text.elevated ? ` ${id}-elevated` : ''}`}
      onCancel={event => {
        event.preventDefault();
        onCancel();
      }}
    >
      <h2 id={`${id}-title`}>{text.title}</h2>
      <p id={`${id}-body`}>{text.body}</p>
      {choices}
      {text.unfold === undefined ? (
        <div className="hgs-receipt">
          <h3>{text.changes}</h3>
          {children}
        </div>
      ) : (
        <details className="hgs-fold hgs-receipt">
          <summary>{text.unfold}</summary>
          {children}
        </details>
      )}
      {text.elevated && <p id={`${id}-elevated`}>{text.elevated}</p>}
      <footer>
        <Button {...(text.focus === 'cancel' && { ref: focused })} onClick={onCancel}>
          {text.cancel}
        </Button>
        <Button
          {...(text.focus === 'confirm' && { ref: focused })}
          variant="primary"
          elevated={text.elevated !== undefined}
          onClick={onConfirm}
        >
          {text.confirm}
        </Button>
      </footer>
    </dialog>
  );
}

export const DEFAULT_COMPONENTS: PanelComponents = { Switch, Button, Row, Confirm, Select, Filter };
