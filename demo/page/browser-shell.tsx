/**
 * The browser shell around the panel: labelled stand-ins for the notification area and the UAC dialog of Windows, the "Try it" strip, and
 * the notice of a lost or refused connection. None of it is in the app.
 */

import { useState } from 'react';
import { GatewayServicePanel } from '../../renderer/gateway-service-panel.tsx';
import type { GatewayServiceBridge } from '../../src/desktop/ipc.ts';
import type { Catalogue } from '../../src/desktop/messages.ts';
import type { Explained } from '../../src/desktop/messages-en-failures.ts';
import type { GatewayServiceStore } from '../../src/desktop/store.ts';
import { ConsentQuestion } from './consent-question.tsx';
import type { HttpTransport } from './http-transport.ts';
import './stand-ins.css';
import { VERSIONS } from '../../renderer/page.tsx';
import { TEXTS } from '../texts.ts';
import { TrayStandIn } from './tray-stand-in.tsx';
import { TryItStrip } from './try-it-strip.tsx';
import { useStore } from './use-store.ts';

interface ShellProps extends Catalogue {
  readonly transport: HttpTransport;
  readonly bridge: GatewayServiceBridge;
  readonly store: GatewayServiceStore;
}

export function BrowserShell({ transport, bridge, store, messages, shell }: ShellProps) {
  const link = useStore(transport.link);
  const [open, setOpen] = useState(false);
  if (link === 'refused') return <Notice {...TEXTS.noToken} />;
  return (
    <>
      <TrayStandIn {...{ store, bridge, messages, shell }} onDetails={() => setOpen(true)} />
      <TryItStrip transport={transport} messages={messages} />
      {link === 'lost' && <Notice {...TEXTS.connectionLost} />}
      <main className="hgs-shell" inert={link === 'lost'}>
        <GatewayServicePanel store={store} messages={messages} versions={VERSIONS} details={{ open, setOpen }} />
      </main>
      <ConsentQuestion transport={transport} />
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
