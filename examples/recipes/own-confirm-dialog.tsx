/** The app's own dialog asks before the gateway service is turned on or off. */

import { type ConfirmProps, en, GatewayServicePanel, type GatewayServiceStore } from 'hermes-gateway-service/renderer';
import { useEffect, useRef } from 'react';

/** `children` is what will change; it has to be shown, because it contains options as well. */
function Confirm({ text, children, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={text.title} onClose={onCancel}>
      <h2>{text.title}</h2>
      {children}
      <button type="button" onClick={onCancel}>
        {text.cancel}
      </button>
      <button type="button" onClick={onConfirm}>
        {text.confirm}
      </button>
    </dialog>
  );
}

export function GatewaySettings({ store }: { store: GatewayServiceStore }) {
  return <GatewayServicePanel store={store} messages={en} components={{ Confirm }} />;
}
