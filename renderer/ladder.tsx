/** The recovery ladder as nine dots with their delays: passed, current with its countdown, and ahead. */

import type { Messages } from '../src/desktop/messages.ts';
import type { Status } from '../src/desktop/store.ts';
import { ladderDots } from '../src/desktop/views.ts';

interface LadderProps {
  readonly status: Status;
  readonly now: number;
  readonly messages: Messages;
}

export function Ladder({ status, now, messages }: LadderProps) {
  return (
    <>
      <ol className="hgs-ladder" aria-label={messages.details.ladderSeconds}>
        {ladderDots(status, now).map((dot, rung) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rung is its place on the ladder
          <li key={rung} data-state={dot.state} aria-current={dot.state === 'current' ? 'step' : undefined}>
            <span className="hgs-dot" />
            <span>{messages.ladderDot(dot)}</span>
          </li>
        ))}
      </ol>
      <p className="hgs-muted">{messages.ladder(status)}</p>
    </>
  );
}
