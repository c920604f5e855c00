/** A choice with a switch: its name, and what the present one means. */

import { useId } from 'react';
import type { PanelComponents } from './components.ts';

interface SwitchChoiceRowProps {
  readonly title: string;
  readonly description: string;
  readonly checked: boolean;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly components: PanelComponents;
  onChange(to: boolean): void;
}

export function SwitchChoiceRow({
  title,
  description,
  checked,
  busy = false,
  disabled = false,
  components,
  onChange,
}: SwitchChoiceRowProps) {
  const id = useId();
  const { Row, Switch } = components;
  return (
    <Row
      title={
        <label id={`${id}-title`} htmlFor={id}>
          {title}
        </label>
      }
      description={
        <p id={`${id}-description`} className="hgs-muted">
          {description}
        </p>
      }
      controls={
        <Switch
          id={id}
          checked={checked}
          busy={busy}
          disabled={disabled}
          labelledBy={`${id}-title`}
          describedBy={`${id}-description`}
          onChange={onChange}
        />
      }
    />
  );
}
