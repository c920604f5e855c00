/**
 * The Authenticode signature of a program: a file that has one must have a valid one, because an invalid signature means that the file was
 * changed. A file without a signature is accepted, and so is one with a certificate that this machine does not trust: the release decides
 * who signs, and the sums in the manifest hold for all.
 * Sources: WinVerifyTrust, WINTRUST_DATA, WINTRUST_FILE_INFO (Microsoft Learn); "PE Format", certificate table.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import koffi from 'koffi';
import { GatewayServiceError } from '../model/errors.ts';
import { guid } from './com.ts';
import { declare } from './library.ts';
import { DWORD, POINTER, pointerTo, WIDE } from './types.ts';

const WINTRUST_FILE_INFO = koffi.struct('WINTRUST_FILE_INFO', {
  cbStruct: DWORD,
  pcwszFilePath: WIDE,
  hFile: POINTER,
  pgKnownSubject: POINTER,
});
const WINTRUST_DATA = koffi.struct('WINTRUST_DATA', {
  cbStruct: DWORD,
  pPolicyCallbackData: POINTER,
  pSIPClientData: POINTER,
  dwUIChoice: DWORD,
  fdwRevocationChecks: DWORD,
  dwUnionChoice: DWORD,
  pFile: koffi.pointer(WINTRUST_FILE_INFO),
  dwStateAction: DWORD,
  hWVTStateData: POINTER,
  pwszURLReference: POINTER,
  dwProvFlags: DWORD,
  dwUIContext: DWORD,
  pSignatureSettings: POINTER,
});
const wintrust = declare('wintrust.dll', { WinVerifyTrust: ['int32', POINTER, POINTER, pointerTo(WINTRUST_DATA)] });

const GENERIC_VERIFY_V2 = guid('00AAC56B-CD44-11D0-8CC2-00C04FC295EE');
const WTD_UI_NONE = 2;
const WTD_REVOKE_NONE = 0;
const WTD_CHOICE_FILE = 1;
/** Nothing is fetched from the network: the machine may be offline. */
const WTD_CACHE_ONLY_URL_RETRIEVAL = 0x1000;

/**
 * Windows reports these after it has found that the content fits the signature (else TRUST_E_BAD_DIGEST): CERT_E_UNTRUSTEDROOT,
 * CERT_E_CHAINING, CERT_E_UNTRUSTEDTESTROOT. A new machine without network does not have every root.
 */
const UNKNOWN_SIGNER: ReadonlySet<number> = new Set([0x800b_0109, 0x800b_010a, 0x800b_010d]);

/** Whether the header of a program declares a signature. Pure. */
export function isSigned(header: Buffer): boolean {
  const pe = header.readUInt32LE(0x3c);
  const optional = pe + 24;
  const directories = optional + (header.readUInt16LE(optional) === 0x20b ? 112 : 96);
  const SECURITY_DIRECTORY = 4;
  return header.readUInt32LE(directories + 8 * SECURITY_DIRECTORY + 4) > 0;
}

/** @throws GatewayServiceError `service-program-damaged` where the file has an invalid signature */
export function checkSignature(file: string): void {
  const header = Buffer.alloc(4096);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header);
  } finally {
    closeSync(descriptor);
  }
  if (!isSigned(header)) return;
  const { result } = wintrust.WinVerifyTrust(null, GENERIC_VERIFY_V2, {
    cbStruct: koffi.sizeof(WINTRUST_DATA),
    dwUIChoice: WTD_UI_NONE,
    fdwRevocationChecks: WTD_REVOKE_NONE,
    dwUnionChoice: WTD_CHOICE_FILE,
    pFile: { cbStruct: koffi.sizeof(WINTRUST_FILE_INFO), pcwszFilePath: file },
    dwProvFlags: WTD_CACHE_ONLY_URL_RETRIEVAL,
  });
  const code = result >>> 0;
  if (code !== 0 && !UNKNOWN_SIGNER.has(code))
    throw new GatewayServiceError('service-program-damaged', `(${file}: signature, 0x${code.toString(16)})`);
}
