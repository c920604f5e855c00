/**
 * Makes the running Explorer start a program, as a double-click does: the program is a child of Explorer, with Explorer's rights and
 * outside every job of ours, so that it survives the end of our processes.
 * Sources: IShellWindows.FindWindowSW, IShellBrowser, IShellView.GetItemObject, IShellFolderViewDual, IShellDispatch2.ShellExecute
 * (Microsoft Learn), and "How can I launch an unelevated process from my elevated process" (The Old New Thing).
 */
import type { ShellStart } from './argv.ts';
import { CLSCTX, comMethod, guid, invoke, withCom, withInstance, withInterface, withResult } from './com.ts';
import { opened, using } from './handle.ts';
import { declare } from './library.ts';
import { HANDLE, type Handle, inout, out, POINTER, pointerTo, VARIANT, WIDE } from './types.ts';

const oleaut32 = declare('oleaut32.dll', {
  SysAllocString: [POINTER, WIDE],
  SysFreeString: ['void', HANDLE],
});

const CLSID_SHELL_WINDOWS = guid('9BA05972-F6A8-11CF-A442-00A0C90A8F39');
const IID_SHELL_WINDOWS = guid('85CB6900-4D95-11CF-960C-0080C7F4EE85');
const IID_SERVICE_PROVIDER = guid('6D5140C1-7436-11CE-8034-00AA006009FA');
const SID_TOP_LEVEL_BROWSER = guid('4C96BE40-915C-11CF-99D3-00AA004AE837');
const IID_SHELL_BROWSER = guid('000214E2-0000-0000-C000-000000000046');
const IID_DISPATCH = guid('00020400-0000-0000-C000-000000000046');
const IID_SHELL_FOLDER_VIEW_DUAL = guid('E7A1AF80-4D96-11CF-960C-0080C7F4EE85');
export const IID_SHELL_DISPATCH_2 = guid('A4C6892C-3BA9-11D2-9DEA-00C04FB16162');

const LOCATION = pointerTo(VARIANT);
/** The methods that are used; a test compares their indexes with the headers. */
export const METHODS = {
  FindWindowSW: comMethod('IShellWindows.FindWindowSW', 15, [LOCATION, LOCATION, 'int', inout('int32'), 'int', out(POINTER)]),
  QueryService: comMethod('IServiceProvider.QueryService', 3, [POINTER, POINTER, out(POINTER)]),
  QueryActiveShellView: comMethod('IShellBrowser.QueryActiveShellView', 15, [out(POINTER)]),
  GetItemObject: comMethod('IShellView.GetItemObject', 15, ['uint32', POINTER, out(POINTER)]),
  get_Application: comMethod('IShellFolderViewDual.get_Application', 7, [out(POINTER)]),
  ShellExecute: comMethod('IShellDispatch2.ShellExecute', 31, [POINTER, VARIANT, VARIANT, VARIANT, VARIANT]),
} as const;

/** exdisp.h, shobjidl.h, shlobj.h */
const SWC_DESKTOP = 8;
const SWFO_NEEDDISPATCH = 1;
const SVGIO_BACKGROUND = 0;
const CSIDL_DESKTOP = 0n;

/** wtypes.h: types of a VARIANT. */
const VT_EMPTY = 0;
const VT_I4 = 3;
const VT_BSTR = 8;

/** Hides the window of a console program too; our host is one in development. */
const SW_HIDE = 0n;

const variant = (vt: number, value = 0n) => ({ vt, wReserved1: 0, wReserved2: 0, wReserved3: 0, value, record: 0n });
const EMPTY = variant(VT_EMPTY);

/** Waits for Explorer's answer on this thread. @throws GatewayServiceError where no Explorer shows a desktop, or for a failed call */
export function startThroughExplorer(start: ShellStart): void {
  withCom(() => withDesktop(shell => startWith(shell, start)));
}

/** Makes a shell, that of the desktop or another one, start a program. */
export function startWith(shell: Handle, { program, parameters, cwd }: ShellStart): void {
  withText(program, file =>
    withText(parameters, args =>
      withText(cwd, folder =>
        invoke(shell, METHODS.ShellExecute, file, variant(VT_BSTR, args), variant(VT_BSTR, folder), EMPTY, variant(VT_I4, SW_HIDE)),
      ),
    ),
  );
}

function withText(text: string, use: (bstr: Handle) => void): void {
  using(opened(oleaut32.SysAllocString(text)), oleaut32.SysFreeString, use);
}

/** The shell's automation object in the process of the desktop. */
function withDesktop(use: (shell: Handle) => void): void {
  withInstance(CLSID_SHELL_WINDOWS, IID_SHELL_WINDOWS, CLSCTX.localServer, windows =>
    withResult(windows, METHODS.FindWindowSW, [variant(VT_I4, CSIDL_DESKTOP), EMPTY, SWC_DESKTOP, [0], SWFO_NEEDDISPATCH], desktop =>
      withInterface(desktop, IID_SERVICE_PROVIDER, provider =>
        withResult(provider, METHODS.QueryService, [SID_TOP_LEVEL_BROWSER, IID_SHELL_BROWSER], browser =>
          withResult(browser, METHODS.QueryActiveShellView, [], view =>
            withResult(view, METHODS.GetItemObject, [SVGIO_BACKGROUND, IID_DISPATCH], background =>
              withInterface(background, IID_SHELL_FOLDER_VIEW_DUAL, folderView =>
                withResult(folderView, METHODS.get_Application, [], application => withInterface(application, IID_SHELL_DISPATCH_2, use)),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
