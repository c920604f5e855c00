/** The choice that the service also runs before its user signs in, with what it means. */

import type { Messages } from '../src/desktop/messages.ts';
import type { Status } from '../src/desktop/store.ts';
import type { PanelComponents } from './components.ts';
import { SwitchChoiceRow } from './switch-choice-row.tsx';

export interface BeforeSignInRowProps {
  readonly choice: NonNullable<Status['beforeSignIn']>;
  readonly busy?: boolean;
  readonly messages: Messages;
  readonly components: PanelComponents;
  onChange(to: boolean): void;
}

export function BeforeSignInRow({ choice, busy, messages: { beforeSignIn }, components, onChange }: BeforeSignInRowProps) {
  return (
    <SwitchChoiceRow
      title={beforeSignIn.title}
      description={beforeSignIn[choice]}
      checked={choice === 'yes' || choice === 'stay'}
      disabled={choice === 'unavailable'}
      {...{ components, onChange, ...(busy && { busy }) }}
    />
  );
}
