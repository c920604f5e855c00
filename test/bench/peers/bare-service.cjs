// @ts-check
// The least that a service in JavaScript can be: koffi, the dispatcher, RUNNING, STOPPED. It supervises nothing; what any service on Node
// costs is measured by it. `bare-service.cjs KOFFI_BINARY NAME`

const [, , binary = '', name = ''] = process.argv;
/** @type {{ exports: any }} */
const native = { exports: {} };
process.dlopen(native, binary);
const koffi = native.exports;

const STOPPED = 1;
const RUNNING = 4;
const ACCEPT_STOP = 1;
const CONTROL_STOP = 1;
const OWN_PROCESS = 0x10;

const advapi = koffi.load('advapi32.dll');
const status = koffi.struct('BARE_STATUS', {
  type: 'uint32',
  state: 'uint32',
  accepted: 'uint32',
  exitCode: 'uint32',
  serviceCode: 'uint32',
  checkPoint: 'uint32',
  waitHint: 'uint32',
});
const ServiceMain = koffi.proto('__stdcall', 'BARE_MAIN', 'void', ['uint32', 'void *']);
const Handler = koffi.proto('__stdcall', 'BARE_HANDLER', 'uint32', ['uint32', 'uint32', 'void *', 'void *']);
const entry = koffi.struct('BARE_ENTRY', { name: 'str16', main: koffi.pointer(ServiceMain) });
const dispatch = advapi.func('__stdcall', 'StartServiceCtrlDispatcherW', 'int', [koffi.pointer(entry)]);
const register = advapi.func('__stdcall', 'RegisterServiceCtrlHandlerExW', 'void *', ['str16', koffi.pointer(Handler), 'void *']);
const set = advapi.func('__stdcall', 'SetServiceStatus', 'int', ['void *', koffi.pointer(status)]);

/** @type {unknown} */
let handle;
/** @param {number} state */
const report = state =>
  set(handle, {
    type: OWN_PROCESS,
    state,
    accepted: state === RUNNING ? ACCEPT_STOP : 0,
    exitCode: 0,
    serviceCode: 0,
    checkPoint: 0,
    waitHint: 0,
  });
const handler = koffi.register((/** @type {number} */ control) => {
  if (control === CONTROL_STOP) setImmediate(() => report(STOPPED));
  return 0;
}, koffi.pointer(Handler));
const main = koffi.register(() => {
  handle = register(name, handler, null);
  report(RUNNING);
}, koffi.pointer(ServiceMain));

const alive = setInterval(() => {}, 60_000);
dispatch.async(
  [
    { name, main },
    { name: null, main: null },
  ],
  () => clearInterval(alive),
);
