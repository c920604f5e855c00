/** The choice that the service also runs before its user signs in, with what it means. */

import { useId } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { Status } from '../src/desktop/store.ts';
import type { PanelComponents } from './components.ts';

export interface BeforeSignInRowProps {
  readonly choice: NonNullable<Status['beforeSignIn']>;
  readonly busy?: boolean;
  readonly messages: Messages;
  readonly components: PanelComponents;
  onChange(to: boolean): void;
}

export function BeforeSignInRow({ choice, busy = false, messages, components: { Row, Switch }, onChange }: BeforeSignInRowProps) {
  const id = useId();
  return (
    <Row
      title={
        <label id={`${id}-title`} htmlFor={id}>
          {messages.beforeSignIn.title}
        </label>
      }
      description={
        <p id={`${id}-description`} className="hgs-muted">
          {messages.beforeSignIn[choice]}
        </p>
      }
      controls={
        <Switch
          id={id}
          checked={choice === 'yes' || choice === 'stay'}
          busy={busy}
          disabled={choice === 'unavailable'}
          labelledBy={`${id}-title`}
          describedBy={`${id}-description`}
          onChange={onChange}
        />
      }
    />
  );
}
