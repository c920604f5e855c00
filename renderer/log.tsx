/** The end of the captured output, with a filter for plain text. */

import { useId, useState } from 'react';
import type { Messages } from '../src/desktop/messages.ts';
import type { GatewayServiceStore, LogTail } from '../src/desktop/store.ts';
import { matchingLines } from '../src/desktop/views.ts';
import type { PanelComponents } from './components.ts';

interface LogProps {
  readonly store: GatewayServiceStore;
  readonly messages: Messages;
  readonly components: PanelComponents;
  readonly log: LogTail | undefined;
  onRefresh(): void;
}

export function Log({ store, messages, components, log, onRefresh }: LogProps) {
  const { details } = messages;
  const id = useId();
  const [filter, setFilter] = useState('');
  const all = log?.lines ?? [];
  const lines = matchingLines(all, filter);
  const filtered = filter.trim() !== '';

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
        <section className="hgs-log" tabIndex={0} aria-labelledby={id}>
          <pre dir="ltr">{lines.join('\n')}</pre>
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
