/**
 * What the browser shell has beside the panel: a strip of stand-ins for what can happen to a gateway, and the word that the connection
 * is lost or was never allowed. None of it exists in the app.
 */

import { type ReactNode, useState } from 'react';
import type { Reply } from '../src/desktop/ipc.ts';
import type { Explained, Messages } from '../src/desktop/messages.ts';
import type { ErrorValue } from '../src/desktop/store.ts';
import { Button } from './button.tsx';
import type { HttpTransport, TryIt } from './http-transport.ts';
import { useStore } from './use-store.ts';

const TRIES: readonly TryIt[] = ['kill', 'exit-75', 'exit-78', 'repair', 'hang', 'update'];

interface ShellProps {
  readonly transport: HttpTransport;
  readonly messages: Messages;
  readonly children: ReactNode;
}

export function BrowserShell({ transport, messages, children }: ShellProps) {
  const link = useStore(transport.link);
  if (link === 'refused') return <Notice {...messages.noToken} />;
  return (
    <>
      <TryItStrip transport={transport} messages={messages} />
      {link === 'lost' && <Notice {...messages.connectionLost} />}
      <div className="hgs-shell" inert={link === 'lost'}>
        {children}
      </div>
    </>
  );
}

function Notice({ message, remedy }: Explained) {
  return (
    <div className="hgs-failure" role="alert">
      <p>{message}</p>
      <p className="hgs-remedy">{remedy}</p>
    </div>
  );
}

function TryItStrip({ transport, messages }: Omit<ShellProps, 'children'>) {
  const [error, setError] = useState<ErrorValue>();

  async function attempt(what: TryIt): Promise<void> {
    const reply = (await transport.tryIt(what)) as Reply<unknown>;
    setError(reply.ok ? undefined : reply.error);
  }

  return (
    <aside className="hgs-try" aria-label={messages.tryIt.title}>
      <p>
        <strong>{messages.tryIt.title}</strong> <span className="hgs-muted">{messages.tryIt.hint}</span>
      </p>
      <div>
        {TRIES.map(what => (
          <Button key={what} onClick={() => void attempt(what)}>
            {messages.tryIt[what]}
          </Button>
        ))}
      </div>
      {error && <p role="alert">{messages.error(error).message}</p>}
    </aside>
  );
}
