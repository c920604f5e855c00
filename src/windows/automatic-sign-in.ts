/**
 * Whether Windows signs a user in by itself after an update has restarted it ("automatic restart sign-on", ARSO).
 * Source: "Winlogon automatic restart sign-on (ARSO)" (Microsoft Learn). Of a device that an organisation manages, Windows wants more, which
 * cannot be read here; servers have it off.
 */
import type { AutomaticSignIn } from '../model/status.ts';
import { readValue } from './registry.ts';
import type { Sid } from './sddl.ts';

const POLICY = 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System';
const CHOICES = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon\\UserARSO';
const PRODUCT = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions';

/** Every user may read this. @throws GatewayServiceError where the registry cannot be read */
export function automaticSignIn(sid: Sid): AutomaticSignIn {
  if (readValue(POLICY, 'DisableAutomaticRestartSignOn') === 1) return 'organisation';
  const isOff = readValue(`${CHOICES}\\${sid}`, 'OptOut') === 1 || readValue(PRODUCT, 'ProductType') !== 'WinNT';
  return isOff ? 'no' : 'yes';
}
