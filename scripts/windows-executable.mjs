// @ts-check
// Makes an executable of the host from node.exe for Windows: inserts the blob, the icon and the version information. Node's signature is
// removed, because it would be invalid. Sources: "PE Format" (Microsoft Learn), winnt.h.
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';

/** IMAGE_SUBSYSTEM_WINDOWS_GUI, which never opens a console, and IMAGE_SUBSYSTEM_WINDOWS_CUI. */
export const SUBSYSTEM = { windowless: 2, console: 3 };

const LANGUAGE = 1033;
const UNICODE = 1200;
const RT_RCDATA = 10;
/** The resource with the blob, and the fuse that makes Node look for it: see "Single executable applications" in Node's documentation. */
const BLOB_RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';
/** Index of the directory in the optional header, and offset of the flags in it (winnt.h, IMAGE_LOAD_CONFIG_DIRECTORY64). */
const LOAD_CONFIG = 10;
const DEPENDENT_LOAD_FLAGS = 0x4e;
/** Index of the directory, size of its entries, and offsets of the data's address in memory and position in the file. */
const DEBUG = { index: 6, entryBytes: 28, inMemory: 20, inFile: 24 };
const LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x800;

/**
 * @typedef {object} Program
 * @property {string} file File name with extension.
 * @property {string} description The name that Windows shows in the consent prompt, the task manager and the file properties.
 * @property {string} version Three numbers, `0.1.0`.
 * @property {number} subsystem
 */

/**
 * @param {Buffer} node node.exe
 * @param {Buffer} blob
 * @param {Buffer} icon an .ico file
 * @param {Program} program
 * @returns {Buffer}
 */
export function windowsExecutable(node, blob, icon, { file, description, version, subsystem }) {
  const executable = NtExecutable.from(node, { ignoreCert: true });
  executable.newHeader.optionalHeader.subsystem = subsystem;
  const resources = NtExecutableResource.from(executable);
  // Removes the name and icon of Node.
  const { version: versionType, icon: iconType, iconGroup } = { version: 16, icon: 3, iconGroup: 14 };
  resources.entries = resources.entries.filter(({ type }) => type !== versionType && type !== iconType && type !== iconGroup);
  describe(resources, file, description, version);
  const icons = Data.IconFile.from(icon).icons.map(({ data }) => data);
  Resource.IconGroupEntry.replaceIconsForResource(resources.entries, 1, LANGUAGE, icons);
  resources.entries.push({ type: RT_RCDATA, id: BLOB_RESOURCE, lang: LANGUAGE, codepage: UNICODE, bin: new Uint8Array(blob).buffer });
  resources.outputResource(executable);
  loadFromSystemOnly(executable);
  alignToPages(executable);
  const bytes = Buffer.from(executable.generate());
  lightFuse(bytes);
  return bytes;
}

/** @type {(resources: NtExecutableResource, file: string, description: string, version: string) => void} */
function describe(resources, file, description, version) {
  const info = Resource.VersionInfo.createEmpty();
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  info.setFileVersion(major, minor, patch, 0, LANGUAGE);
  info.setProductVersion(major, minor, patch, 0, LANGUAGE);
  info.setStringValues(
    { lang: LANGUAGE, codepage: UNICODE },
    {
      FileDescription: description,
      FileVersion: version,
      InternalName: file,
      OriginalFilename: file,
      ProductName: 'Hermes Gateway Service',
      ProductVersion: version,
      LegalCopyright: 'MIT license; contains Node.js, see its license',
    },
  );
  info.outputToResourceEntries(resources.entries);
}

/**
 * Makes Windows (10, version 1607, and later) load the libraries that the program is linked with only from System32. Otherwise a DLL beside
 * the program would be loaded before its own code. The same as the linker's /DEPENDENTLOADFLAG.
 * @param {NtExecutable} executable
 */
function loadFromSystemOnly(executable) {
  const { virtualAddress } = executable.newHeader.optionalHeaderDataDirectory.get(LOAD_CONFIG);
  const place = placeOf(executable, virtualAddress);
  if (!place) throw new Error('This node.exe has no load configuration. Use a build of Node from nodejs.org.');
  place.view.setUint16(DEPENDENT_LOAD_FLAGS, LOAD_LIBRARY_SEARCH_SYSTEM32, true);
}

/**
 * Aligns every section of a program to a page of the file, as in memory. Wine maps such a file instead of copying it: it starts in two
 * thirds of the time, and its processes share the pages. Windows supports both forms.
 * @param {Buffer} program
 * @returns {Buffer}
 */
export function pageAligned(program) {
  const executable = NtExecutable.from(program, { ignoreCert: true });
  alignToPages(executable);
  return Buffer.from(executable.generate());
}

/** @param {NtExecutable} executable */
function alignToPages(executable) {
  const { optionalHeader, optionalHeaderDataDirectory } = executable.newHeader;
  const page = optionalHeader.sectionAlignment;
  const toPage = (/** @type {number} */ bytes) => Math.ceil(bytes / page) * page;
  optionalHeader.fileAlignment = page;
  optionalHeader.sizeOfHeaders = toPage(optionalHeader.sizeOfHeaders);
  let end = optionalHeader.sizeOfHeaders;
  for (const { info, data } of executable.getAllSections()) {
    if (!data) continue;
    info.pointerToRawData = end;
    info.sizeOfRawData = toPage(info.sizeOfRawData);
    end += info.sizeOfRawData;
  }
  // Debug data is found by its position in the file.
  const debug = optionalHeaderDataDirectory.get(DEBUG.index);
  const entries = placeOf(executable, debug.virtualAddress);
  for (let at = 0; entries && at < debug.size; at += DEBUG.entryBytes) {
    const inFile = placeOf(executable, entries.view.getUint32(at + DEBUG.inMemory, true))?.inFile ?? 0;
    entries.view.setUint32(at + DEBUG.inFile, inFile, true);
  }
}

/**
 * Finds the data at an address of the loaded program, up to the end of its section.
 * @param {NtExecutable} executable
 * @param {number} address
 * @returns {{ view: DataView, inFile: number } | undefined} Undefined where the file has no data for it.
 */
function placeOf(executable, address) {
  const section = executable
    .getAllSections()
    .find(({ info }) => address >= info.virtualAddress && address < info.virtualAddress + info.virtualSize);
  if (!section?.data) return undefined;
  const offset = address - section.info.virtualAddress;
  return { view: new DataView(section.data, offset), inFile: section.info.pointerToRawData + offset };
}

/** @param {Buffer} bytes of the executable */
function lightFuse(bytes) {
  const at = bytes.indexOf(`${FUSE}0`);
  if (at < 0 || bytes.indexOf(`${FUSE}0`, at + 1) >= 0)
    throw new Error('This node.exe supports no single executable application. Use Node 20 or newer.');
  bytes.write('1', at + FUSE.length, 'latin1');
}
