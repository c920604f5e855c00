/** The "Try it" strip: buttons that make something happen to the gateway, and the choice whether the switch asks for an administrator. */

import { useState } from 'react';
import { Button } from '../../renderer/default-components.tsx';
import type { Reply } from '../../src/desktop/ipc.ts';
import type { Messages } from '../../src/desktop/messages.ts';
import type { ShownError } from '../../src/desktop/store.ts';
import { TEXTS } from '../texts.ts';
import type { HttpTransport, TryIt } from './http-transport.ts';
import { useStore } from './use-store.ts';

const TRIES = ['kill', 'exit-75', 'exit-78', 'repair', 'hang', 'update'] as const satisfies readonly TryIt[];

interface StripProps {
  readonly transport: HttpTransport;
  readonly messages: Messages;
}

export function TryItStrip({ transport, messages }: StripProps) {
  const [error, setError] = useState<ShownError>();
  const { required } = useStore(transport.consent);

  async function attempt(what: TryIt): Promise<void> {
    const reply = (await transport.tryIt(what)) as Reply<unknown>;
    setError(reply.ok ? undefined : reply.error);
  }

  return (
    <aside className="hgs-stand-in hgs-try" aria-label={TEXTS.title}>
      <p>
        <strong>{TEXTS.title}</strong> <span className="hgs-muted">{TEXTS.hint}</span>
      </p>
      <div>
        {TRIES.map(what => (
          <Button key={what} onClick={() => void attempt(what)}>
            {TEXTS[what]}
          </Button>
        ))}
        <label>
          <input type="checkbox" checked={required} onChange={event => void attempt(event.target.checked ? 'consent-on' : 'consent-off')} />
          {TEXTS.consent}
        </label>
      </div>
      {error && <p role="alert">{messages.error(error).message}</p>}
    </aside>
  );
}
