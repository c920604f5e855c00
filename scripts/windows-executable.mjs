// @ts-check
// Makes a program of ours out of Windows' node.exe: puts the blob in, and says in the file what it is. A signature of Node's own is dropped,
// because it would no longer fit. Sources: "PE Format" (Microsoft Learn), winnt.h.
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';

/** IMAGE_SUBSYSTEM_WINDOWS_GUI, which never opens a console, and IMAGE_SUBSYSTEM_WINDOWS_CUI. */
export const SUBSYSTEM = { windowless: 2, console: 3 };

const LANGUAGE = 1033;
const UNICODE = 1200;
const RT_RCDATA = 10;
/** Where Node looks for the blob, and the switch that has it look: see "Single executable applications" of Node. */
const BLOB_RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';
/** Index of the directory in the optional header, and where the flags stand in it for 64-bit Windows (winnt.h, IMAGE_LOAD_CONFIG_DIRECTORY64). */
const LOAD_CONFIG = 10;
const DEPENDENT_LOAD_FLAGS = 0x4e;
/** Index of the directory, the size of its entries, and where an entry says where its data lies in memory and in the file. */
const DEBUG = { index: 6, entryBytes: 28, inMemory: 20, inFile: 24 };
const LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x800;

/**
 * @typedef {object} Program
 * @property {string} file Its name, with the ending.
 * @property {string} description What Windows shows of it: in the consent prompt, the task manager and the properties of the file.
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
  // Node's own name and icon go.
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
 * Has Windows (10, version 1607, and later) take the libraries that the program is linked with from System32 alone: a DLL that somebody put
 * beside it would else be loaded before any line of ours. The same as the linker's /DEPENDENTLOADFLAG.
 * @param {NtExecutable} executable
 */
function loadFromSystemOnly(executable) {
  const { virtualAddress } = executable.newHeader.optionalHeaderDataDirectory.get(LOAD_CONFIG);
  const place = placeOf(executable, virtualAddress);
  if (!place) throw new Error('This node.exe has no load configuration.');
  place.view.setUint16(DEPENDENT_LOAD_FLAGS, LOAD_LIBRARY_SEARCH_SYSTEM32, true);
}

/**
 * The same program with every section at a page of the file, as in memory. Such a file is mapped where others are copied: Wine takes a third less
 * time to start it, and its pages are shared by all who run it. Windows knows both forms.
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
  // What is there for debuggers is found by its place in the file.
  const debug = optionalHeaderDataDirectory.get(DEBUG.index);
  const entries = placeOf(executable, debug.virtualAddress);
  for (let at = 0; entries && at < debug.size; at += DEBUG.entryBytes) {
    const inFile = placeOf(executable, entries.view.getUint32(at + DEBUG.inMemory, true))?.inFile ?? 0;
    entries.view.setUint32(at + DEBUG.inFile, inFile, true);
  }
}

/**
 * What lies at an address of the loaded program, from there to the end of its section.
 * @param {NtExecutable} executable
 * @param {number} address
 * @returns {{ view: DataView, inFile: number } | undefined} Undefined where the file has nothing for it.
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
  if (at < 0 || bytes.indexOf(`${FUSE}0`, at + 1) >= 0) throw new Error('This node.exe takes no blob.');
  bytes.write('1', at + FUSE.length, 'latin1');
}
