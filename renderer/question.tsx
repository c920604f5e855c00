/** Asks for confirmation of a change: what it means first, its choices, and everything that would change. */

import { useState } from 'react';
import type { Receipt, SwitchChoice } from '../src/desktop/store.ts';
import type { ActionTargets } from './action-button.tsx';
import { BeforeSignInRow } from './before-sign-in-row.tsx';
import { ReceiptLines } from './receipt-lines.tsx';
import { SwitchChoiceRow } from './switch-choice-row.tsx';

interface QuestionProps extends Pick<ActionTargets, 'store' | 'messages' | 'components'> {
  readonly question: Receipt;
  readonly close: () => void;
  readonly askSwitch: (on: boolean, choice?: SwitchChoice) => void;
}

export function Question({ question, store, messages, components, close, askSwitch }: QuestionProps) {
  const { verb, mechanism, rows } = question;
  const text = messages.confirm(question);
  const [beforeSignIn, setBeforeSignIn] = useState(false);
  const [keepLogs, setKeepLogs] = useState(true);
  const confirm = () => {
    close();
    if (verb === 'repair') void store.repair();
    else if (verb === 'uninstall') void store.set(false, { keepLogs });
    else void store.set(true, { mechanism, ...(beforeSignIn && { beforeSignIn }) });
  };
  const choices =
    verb === 'uninstall' ? (
      <SwitchChoiceRow
        title={messages.keepLogs.title}
        description={keepLogs ? messages.keepLogs.on : messages.keepLogs.off}
        checked={keepLogs}
        components={components}
        onChange={keep => {
          setKeepLogs(keep);
          // The receipt says what becomes of them.
          askSwitch(false, { keepLogs: keep });
        }}
      />
    ) : (
      verb === 'install' &&
      mechanism === 'service' && (
        <BeforeSignInRow choice={beforeSignIn ? 'yes' : 'no'} onChange={setBeforeSignIn} {...{ messages, components }} />
      )
    );
  return (
    <components.Confirm
      text={text}
      lines={rows.map(row => messages.receiptLine(row))}
      choices={choices}
      onCancel={close}
      onConfirm={confirm}
    >
      <ReceiptLines receipt={question} label={text.changes} messages={messages} />
    </components.Confirm>
  );
}
