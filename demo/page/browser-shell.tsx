/**
 * What the browser shell has around the panel: stand-ins for what Windows would draw (the icon in the notification area, the question for
 * an administrator) and for what can happen to a gateway, each labelled as one; and the word that the connection is lost or was never
 * allowed. None of it exists in the app.
 */

import { useState } from 'react';
import { GatewayServicePanel } from '../../renderer/gateway-service-panel.tsx';
import type { GatewayServiceBridge } from '../../src/desktop/ipc.ts';
import type { Catalogue } from '../../src/desktop/messages.ts';
import type { Explained } from '../../src/desktop/messages-update.ts';
import type { GatewayServiceStore } from '../../src/desktop/store.ts';
import { ConsentQuestion } from './consent-question.tsx';
import type { HttpTransport } from './http-transport.ts';
import './stand-ins.css';
import { useStore } from '../../renderer/use-store.ts';
import { VERSIONS } from '../../renderer/versions.ts';
import { TEXTS } from '../texts.ts';
import { TrayStandIn } from './tray-stand-in.tsx';
import { TryItStrip } from './try-it-strip.tsx';

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
