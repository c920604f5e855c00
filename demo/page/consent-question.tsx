/**
 * Drawn in the place of the question that Windows asks before an administrator's step: yes, no, or no answer at all. Whatever is chosen,
 * the other side hears it as the app hears Windows.
 */

import { useId, useLayoutEffect, useRef } from 'react';
import { Button } from '../../renderer/button.tsx';
import { Shield } from '../../renderer/icons.tsx';
import { useStore } from '../../renderer/use-store.ts';
import type { StripProps } from './try-it-strip.tsx';

export function ConsentQuestion({ transport, messages }: StripProps) {
  const { asking } = useStore(transport.consent);
  return asking ? <Question transport={transport} messages={messages} /> : null;
}

function Question({ transport, messages }: StripProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const refuse = useRef<HTMLButtonElement>(null);
  const id = useId();
  const { tryIt } = messages;

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // As Windows does: who presses a key without reading has refused.
    refuse.current?.focus();
    return () => element?.close();
  }, []);

  return (
    <dialog
      ref={dialog}
      className="hgs-confirm hgs-stand-in hgs-consent"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-hint`}
      onCancel={event => {
        event.preventDefault();
        void transport.tryIt('consent-no');
      }}
    >
      <h2 id={`${id}-title`}>
        <Shield /> {tryIt.consentTitle}
      </h2>
      <p id={`${id}-hint`}>{tryIt.consentHint}</p>
      <footer>
        <Button variant="quiet" onClick={() => void transport.tryIt('consent-never')}>
          {tryIt.consentNever}
        </Button>
        <Button onClick={() => void transport.tryIt('consent-yes')}>{tryIt.consentYes}</Button>
        <Button ref={refuse} onClick={() => void transport.tryIt('consent-no')}>
          {tryIt.consentNo}
        </Button>
      </footer>
    </dialog>
  );
}
