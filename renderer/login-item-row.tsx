/** The settings row "Open this app when you sign in". A failed change keeps the old value; without such a setting there is no row. */

import { useEffect, useId, useState } from 'react';
import type { LoginItem, LoginItemBridge } from '../src/desktop/login-item.ts';
import { loginItemEn as messages } from '../src/desktop/messages-login-item-en.ts';
import { Row, Switch } from './default-components.tsx';

export function LoginItemRow({ bridge }: { readonly bridge: LoginItemBridge }) {
  const id = useId();
  const [item, setItem] = useState<LoginItem>();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    void bridge.get().then(reply => {
      if (reply.ok) setItem(reply.value);
    });
  }, [bridge]);

  async function change(openAtLogin: boolean): Promise<void> {
    setBusy(true);
    const reply = await bridge.set(openAtLogin);
    if (reply.ok) setItem(reply.value);
    setFailed(!reply.ok);
    setBusy(false);
  }

  if (!item?.supported) return null;
  return (
    <section className="hgs-panel hgs-login-item" aria-labelledby={`${id}-title`}>
      <Row
        title={
          <label id={`${id}-title`} className="hgs-title" htmlFor={id}>
            {messages.title}
          </label>
        }
        description={
          <p id={`${id}-description`} className="hgs-sentence">
            {messages.description}
          </p>
        }
        controls={
          <Switch
            id={id}
            checked={item.openAtLogin}
            busy={busy}
            disabled={false}
            labelledBy={`${id}-title`}
            describedBy={`${id}-description`}
            onChange={on => void change(on)}
          />
        }
      />
      {failed && (
        <div className="hgs-failure" role="alert">
          <p>{messages.failed}</p>
        </div>
      )}
    </section>
  );
}
