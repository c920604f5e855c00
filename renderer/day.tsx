/** The last 24 hours as a strip: heights beside colours, a legend that is its text, and a mark for each crash that leads to the log. */

import type { RecordedEnd } from '../src/desktop/log-lines.ts';
import type { Messages } from '../src/desktop/messages.ts';
import type { Snapshot } from '../src/desktop/store.ts';
import { dayOf } from '../src/desktop/views.ts';
import { StatusMark } from './icons.tsx';

interface DayProps {
  readonly snapshot: Snapshot;
  readonly now: number;
  readonly messages: Messages;
  onCrash(end: RecordedEnd): void;
}

export function Day({ snapshot, now, messages, onCrash }: DayProps) {
  const { spans, totals, crashes } = dayOf(snapshot.timeline, now);
  const crashed = crashes.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <div className="hgs-day">
        {spans.map(({ state, ms }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a span is its place in the day
          <span key={index} data-state={state} style={{ flexGrow: ms }} />
        ))}
        {crashes.map(crash => (
          <button
            key={crash.at}
            type="button"
            aria-label={messages.crash(crash, now)}
            title={messages.crash(crash, now)}
            style={{ insetInlineStart: `clamp(0px, ${crash.place * 100}% - .75rem, 100% - 1.5rem)` }}
            onClick={() => onCrash(crash)}
          >
            <StatusMark tone="error" />
          </button>
        ))}
      </div>
      <ul className="hgs-day-legend">
        {totals.map(({ state, ms }) => (
          <li key={state}>
            <span data-state={state} />
            {messages.span(state, ms)}
          </li>
        ))}
        {crashed > 0 && (
          <li>
            <StatusMark tone="error" />
            {messages.crashes(crashed)}
          </li>
        )}
      </ul>
    </>
  );
}
