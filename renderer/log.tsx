/** The end of the captured output, with a filter for plain text. */

import { useEffect, useId, useRef, useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceStore, LogTail, Status } from '../src/desktop/store.ts';
import { lineOfEnd, matchingLines } from '../src/desktop/views.ts';
import type { PanelComponents } from './components.ts';

interface LogProps {
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  readonly log: LogTail | undefined;
  /** Shown at the end of this life; by default at its last line. */
  readonly end: Status['lastExit'];
  /** How often the user asked for the log at that end: each time it gets the focus there. */
  readonly requests: number;
  onRefresh(): void;
}

export function Log({ store, messages, components, log, end, requests, onRefresh }: LogProps) {
  const { details } = messages;
  const id = useId();
  const [filter, setFilter] = useState('');
  const all = log?.lines ?? [];
  const lines = matchingLines(all, filter);
  const filtered = filter.trim() !== '';
  const marked = end && !filtered ? lineOfEnd(all, end.cause) : -1;
  const region = useRef<HTMLElement>(null);
  const answered = useRef<number>(undefined);
  useEffect(() => {
    const log = region.current;
    const mark = log?.querySelector('mark');
    if (!log || !mark || requests === answered.current || marked < 0) return;
    answered.current = requests;
    // Only the log is scrolled, unless the user asked for it.
    log.scrollBy(0, mark.getBoundingClientRect().top - log.getBoundingClientRect().top - log.clientHeight / 2);
    if (requests > 0) log.focus();
  }, [requests, marked]);

  return (
    <section aria-labelledby={id} data-part="log">
      <header>
        <h3 id={id}>{details.log}</h3>
        <span className="hgs-log-tools">
          {all.length > 0 && <components.Filter label={details.filterLog} value={filter} onChange={setFilter} />}
          <span className="hgs-muted hgs-count" role="status">
            {filtered && messages.logCount(lines.length, all.length)}
          </span>
          {log?.canReveal && all.length > 0 && (
            <components.Button variant="quiet" onClick={() => void store.reveal()}>
              {details.reveal}
            </components.Button>
          )}
          <components.Button variant="quiet" onClick={onRefresh}>
            {details.refreshLog}
          </components.Button>
        </span>
      </header>
      {lines.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable regions have to be focusable
        <section ref={region} className="hgs-log" tabIndex={0} aria-labelledby={id}>
          <pre dir="ltr">
            {marked < 0 ? (
              lines.join('\n')
            ) : (
              <>
                {lines.slice(0, marked).map(line => `${line}\n`)}
                <mark>{lines[marked]}</mark>
                {lines.slice(marked + 1).map(line => `\n${line}`)}
              </>
            )}
          </pre>
        </section>
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
