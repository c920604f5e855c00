/** The IPC verbs in the main process. An untrusted sender is refused first. A reply is a value, because an exception loses its code. */

import type { GatewayServiceController } from '../src/desktop/controller.ts';
import { CHANNEL_PREFIX, type Reply, SUBSCRIBE, VERB_NAMES } from '../src/desktop/ipc.ts';
import { shownError } from '../src/desktop/shown-error.ts';
import { GatewayServiceError } from '../src/model/errors.ts';
import type { IpcEventPort, IpcMainPort } from './electron-parts.ts';
import type { Log } from './log.ts';
import { type IsTrustedSender, isTrustedPage } from './sender-check.ts';
import type { Subscribers } from './subscribers.ts';

export interface GatewayIpcOptions {
  readonly ipcMain: IpcMainPort;
  readonly controller: Promise<Pick<GatewayServiceController, 'handle'>>;
  readonly subscribers: Pick<Subscribers, 'add' | 'remove'>;
  readonly isTrustedSender: IsTrustedSender;
  readonly log: Log;
}

/** Returns the function that removes every handler. */
export function registerGatewayIpc({ ipcMain, controller, subscribers, isTrustedSender, log }: GatewayIpcOptions): () => void {
  const refuses = ({ sender, senderFrame }: IpcEventPort, name: string): boolean => {
    if (isTrustedPage(sender, senderFrame, isTrustedSender)) return false;
    log.warn(`refused ${name} of ${senderFrame ? originOf(senderFrame.url) : 'a destroyed frame'}`);
    return true;
  };

  for (const verb of VERB_NAMES) {
    ipcMain.handle(CHANNEL_PREFIX + verb, async (event, payload): Promise<Reply<unknown>> => {
      if (refuses(event, verb)) return { ok: false, error: shownError(new GatewayServiceError('sender-refused')) };
      try {
        const reply = await (await controller).handle(verb, payload);
        if (!reply.ok) log.warn(`${verb}: ${reply.error.code}: ${reply.error.message}`);
        return reply;
      } catch (thrown) {
        const error = shownError(thrown);
        log.error(`${verb}: ${error.code}: ${error.message}`);
        return { ok: false, error };
      }
    });
  }

  const subscribe = (event: IpcEventPort, on: unknown) => {
    if (typeof on !== 'boolean' || refuses(event, SUBSCRIBE)) return;
    if (on) subscribers.add(event.sender);
    else subscribers.remove(event.sender);
  };
  ipcMain.on(CHANNEL_PREFIX + SUBSCRIBE, subscribe);

  return () => {
    for (const verb of VERB_NAMES) ipcMain.removeHandler(CHANNEL_PREFIX + verb);
    ipcMain.off(CHANNEL_PREFIX + SUBSCRIBE, subscribe);
  };
}

/** The origin alone, because the rest of an address may contain secrets. */
function originOf(url: string): string {
  if (!URL.canParse(url)) return 'an unreadable address';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
