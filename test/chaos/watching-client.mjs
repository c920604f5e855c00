// @ts-check
// A client that watches gateways for ever, as the tray of an app does: `node watching-client.mjs STATE-ROOT IDENTITIES-AS-JSON`
/** @param {string} file the build is not there when types are checked */
const built = file => import(new URL(`../../dist/src/${file}`, import.meta.url).href);
const { embeddedManager } = await built('manager/system-manager.js');
const { posixProcesses } = await built('gateway/process-start-time.js');

const [stateRoot, identities = '[]'] = process.argv.slice(2);
const manager = embeddedManager({ stateRoot, hostCommand: [], processes: posixProcesses, checkCommand: () => [] });
for (const identity of JSON.parse(identities)) manager.watch(identity, () => {});
setInterval(() => {}, 60_000);
