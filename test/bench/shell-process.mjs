// @ts-check
/**
 * A browser shell as a separate process, so that its processor time is measured apart from that of the bench: it prints its address, and ends
 * with its standard input.
 */

import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
/** @param {string} file */
const built = file => import(pathToFileURL(path.join(dist, file)).href);

const [stateRoot = '', identity = '{}'] = process.argv.slice(2);
const { embeddedManager } = await built('src/manager/system-manager.js');
const { posixProcesses } = await built('src/gateway/process-start-time.js');
const { GatewayServiceController } = await built('src/desktop/controller.js');
const { openBrowserShell } = await built('demo/story/browser.js');

const manager = embeddedManager({
  stateRoot,
  hostCommand: [process.execPath, path.join(dist, 'host/hermes-gateway.cjs')],
  processes: posixProcesses,
  checkCommand: () => [],
});
const controller = new GatewayServiceController({ manager, identities: [JSON.parse(identity)] });
const shell = await openBrowserShell({
  controller,
  attempt: () => Promise.reject(new Error('nothing happens here')),
  pages: path.join(dist, 'renderer'),
});
console.log(shell.url);
process.stdin.resume().once('end', () => process.exit(0));
