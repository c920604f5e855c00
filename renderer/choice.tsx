/** A question with its answers, below what asked it. */

import { useLayoutEffect, useRef } from 'react';
import type { PanelComponents } from './components.ts';

export interface ChoiceProps {
  /** Absent where another text says it already. The question takes the focus; without it nothing is asked. */
  readonly text?: string;
  readonly answers: readonly (readonly [label: string, act: () => void])[];
  readonly components: PanelComponents;
  /** Called with every answer, and with Escape. */
  onEnd?(): void;
}

export function Choice({ text, answers, components: { Button }, onEnd }: ChoiceProps) {
  const first = useRef<HTMLButtonElement>(null);
  const asks = text !== undefined;
  useLayoutEffect(() => {
    if (!asks) return undefined;
    const before = document.activeElement;
    first.current?.focus();
    return () => (before instanceof HTMLElement ? before.focus() : undefined);
  }, [asks]);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <div
      className="hgs-failure"
      data-quiet
      role="group"
      aria-label={text}
      onKeyDown={event => {
        if (event.key !== 'Escape' || !onEnd) return;
        event.stopPropagation();
        onEnd();
      }}
    >
      {asks && <p>{text}</p>}
      {answers.map(([label, act], at) => (
        <Button
          key={label}
          ref={at === 0 ? first : null}
          onClick={() => {
            onEnd?.();
            act();
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
