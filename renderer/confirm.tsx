/** The default confirmation: the browser's modal dialog, which traps the focus, closes on Escape and restores the focus. */

import { useId, useLayoutEffect, useRef } from 'react';
import { Button } from './button.tsx';
import type { ConfirmProps } from './components.ts';

export function Confirm({ text, children, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const accept = useRef<HTMLButtonElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    accept.current?.focus();
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
      <div className="hgs-receipt">
        <h3>{text.changes}</h3>
        {children}
      </div>
      {text.elevated && <p id={`${id}-elevated`}>{text.elevated}</p>}
      <footer>
        <Button onClick={onCancel}>{text.cancel}</Button>
        <Button ref={accept} variant="primary" elevated={text.elevated !== undefined} onClick={onConfirm}>
          {text.confirm}
        </Button>
      </footer>
    </dialog>
  );
}
