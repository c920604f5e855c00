/** The main process of an app with the gateway service: a window with the panel, and nothing else. */

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import electron from 'electron';
import { registerGatewayService } from 'hermes-gateway-service/main';

const { app, BrowserWindow } = electron;
const page = path.join(import.meta.dirname, 'index.html');

function openPanel(): void {
  const [present] = BrowserWindow.getAllWindows();
  if (present) {
    present.show();
    return;
  }
  const window = new BrowserWindow({ webPreferences: { preload: path.join(import.meta.dirname, 'preload.cjs') } });
  void window.loadFile(page);
}

void app.whenReady().then(() => {
  // The whole address: all pages from files have the same origin.
  const isTrustedSender = ({ url }: { url: string }) => url === pathToFileURL(page).href;
  const gateway = registerGatewayService(electron, { isTrustedSender, openPanel });
  app.on('will-quit', () => void gateway.dispose());
  openPanel();
});
