/** A stand-in for the UAC dialog: yes, no, or no answer. */

import { useId, useLayoutEffect, useRef } from 'react';
import { Button } from '../../renderer/default-components.tsx';
import { Shield } from '../../renderer/icons.tsx';
import { TEXTS } from '../texts.ts';
import type { HttpTransport } from './http-transport.ts';
import { useStore } from './use-store.ts';

interface QuestionProps {
  readonly transport: HttpTransport;
}

export function ConsentQuestion({ transport }: QuestionProps) {
  const { asking } = useStore(transport.consent);
  return asking ? <Question transport={transport} /> : null;
}

function Question({ transport }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const refuse = useRef<HTMLButtonElement>(null);
  const id = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // As in Windows, the default button refuses.
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
        <Shield /> {TEXTS.consentTitle}
      </h2>
      <p id={`${id}-hint`}>{TEXTS.consentHint}</p>
      <footer>
        <Button variant="quiet" onClick={() => void transport.tryIt('consent-never')}>
          {TEXTS.consentNever}
        </Button>
        <Button onClick={() => void transport.tryIt('consent-yes')}>{TEXTS.consentYes}</Button>
        <Button ref={refuse} onClick={() => void transport.tryIt('consent-no')}>
          {TEXTS.consentNo}
        </Button>
      </footer>
    </dialog>
  );
}
