/** The end of the captured output, or the place of an end of the gateway in it, with a filter for plain text. */

import { useEffect, useId, useRef, useState } from 'react';
import { redact } from '../src/desktop/details.ts';
import { inLocalTime, lineOfEnd, matches, type RecordedEnd, tonesOf } from '../src/desktop/log-lines.ts';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceStore, LogTail } from '../src/desktop/store.ts';
import type { PanelComponents } from './components.ts';
import { useCopy } from './use-copy.tsx';

interface LogProps {
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  readonly now: number;
  readonly log: LogTail | undefined;
  /** Shown at this end; by default at its last line. */
  readonly end: RecordedEnd | undefined;
  /** How often the user asked for the log at an end: each time it gets the focus there. */
  readonly requests: number;
  readonly follows: boolean;
  onFollow(on: boolean): void;
  /** Shows the log at the last crash; absent where there was none. */
  readonly onLastCrash: (() => void) | undefined;
}

export function Log({ store, messages, components, now, log, end, requests, follows, onFollow, onLastCrash }: LogProps) {
  const { details } = messages;
  const { Button, Filter } = components;
  const id = useId();
  const [filter, setFilter] = useState('');
  const [copy, said] = useCopy(messages);
  const filtered = filter.trim() !== '';
  const all = log?.lines ?? [];
  const tones = tonesOf(all);
  const marked = end && !filtered ? lineOfEnd(all, end) : -1;
  const seen = new Map<string, number>();
  const lines = all
    .map((line, index) => {
      const count = (seen.get(line) ?? 0) + 1;
      seen.set(line, count);
      // A line keeps its element when others are added, so that only those are announced.
      return { line, key: `${line} ${count}`, text: inLocalTime(line, iso => messages.time(iso, now)), tone: tones[index], index };
    })
    .filter(({ text }) => matches(text, filter));
  const region = useRef<HTMLDivElement>(null);
  const answered = useRef<number>(undefined);
  useEffect(() => {
    const element = region.current;
    const mark = element?.querySelector('mark');
    if (!element || !mark || requests === answered.current || marked < 0) return;
    answered.current = requests;
    // Only the log is scrolled, unless the user asked for it.
    element.scrollBy(0, mark.getBoundingClientRect().top - element.getBoundingClientRect().top - element.clientHeight / 2);
    if (requests > 0) element.focus();
  }, [requests, marked]);

  return (
    <section aria-labelledby={id} data-part="log">
      <header>
        <h3 id={id}>{details.log}</h3>
        <span className="hgs-log-tools">
          {all.length > 0 && <Filter label={details.filterLog} value={filter} onChange={setFilter} />}
          <span className="hgs-muted hgs-count" role="status">
            {filtered ? messages.logCount(lines.length, all.length) : requests > 0 && log?.hasEnd === false && details.noEnd}
          </span>
          {said}
          {onLastCrash && (
            <Button variant="quiet" onClick={onLastCrash}>
              {details.lastCrash}
            </Button>
          )}
          {lines.length > 0 && (
            <Button variant="quiet" label={details.copyLog} onClick={() => copy(redact(lines.map(({ line }) => line).join('\n')))}>
              {details.copyLines}
            </Button>
          )}
          {log?.canReveal && (
            <Button variant="quiet" onClick={() => void store.reveal()}>
              {details.reveal}
            </Button>
          )}
          <Button variant="quiet" pressed={follows} onClick={() => onFollow(!follows)}>
            {details.follow}
          </Button>
        </span>
      </header>
      {lines.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable regions have to be focusable
        <div ref={region} className="hgs-log" role="log" aria-live={follows ? 'polite' : 'off'} tabIndex={0} aria-labelledby={id}>
          <pre dir="ltr">
            {lines.map(({ key, text, tone, index }) => {
              const Line = index === marked ? 'mark' : 'span';
              return <Line key={key} data-tone={tone}>{`${text}\n`}</Line>;
            })}
          </pre>
        </div>
      ) : (
        <p className="hgs-muted">{all.length > 0 ? details.noMatch : details.noLog}</p>
      )}
      {log && (
        <p className="hgs-muted hgs-path">
          <bdi dir="ltr">{log.path}</bdi>
        </p>
      )}
    </section>
  );
}
