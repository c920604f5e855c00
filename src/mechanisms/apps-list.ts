/** Our row in Windows' list of installed apps; it works even when the app is gone. Source: "Uninstall Registry Key" (Microsoft Learn). */

import { commandLine } from '../windows/argv.ts';
import { deleteKey, type RegistryPath, writeValues } from '../windows/registry.ts';

export const APPS_LIST_KEY: RegistryPath = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\HermesGatewayService';

/** @param program the host that removes everything when the user asks for it */
export function listApp(program: string, version: string): void {
  const remove = commandLine(program, ['remove']);
  writeValues(APPS_LIST_KEY, {
    DisplayName: 'Hermes Gateway Service',
    DisplayVersion: version,
    DisplayIcon: program,
    Publisher: 'Hermes Gateway Service',
    UninstallString: remove,
    QuietUninstallString: remove,
    NoModify: 1,
    NoRepair: 1,
  });
}

export function forgetApp(): void {
  deleteKey(APPS_LIST_KEY);
}
