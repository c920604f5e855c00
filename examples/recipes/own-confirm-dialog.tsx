/** The app's own dialog asks before the gateway service is turned on or off. */

import { type ConfirmProps, en, GatewayServicePanel, type GatewayServiceStore } from 'hermes-gateway-service/renderer';
import { useEffect, useRef } from 'react';

/** `choices` are options of the change, and `children` what it changes; a dialog without the first one leaves them at their defaults. */
function Confirm({ text, choices, children, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const focused = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    focused.current?.focus();
  }, []);
  return (
    <dialog ref={dialog} aria-label={text.title} onClose={onCancel}>
      <h2>{text.title}</h2>
      <p>{text.body}</p>
      {choices}
      {children}
      {text.elevated && <p>{text.elevated}</p>}
      <button type="button" ref={text.focus === 'cancel' ? focused : null} onClick={onCancel}>
        {text.cancel}
      </button>
      <button type="button" ref={text.focus === 'confirm' ? focused : null} onClick={onConfirm}>
        {text.confirm}
      </button>
    </dialog>
  );
}

export function GatewaySettings({ store }: { store: GatewayServiceStore }) {
  return <GatewayServicePanel store={store} messages={en} components={{ Confirm }} />;
}
