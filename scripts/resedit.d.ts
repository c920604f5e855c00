// Types of the part of resedit (3.1.0) that is used here. Its own types would bring those of the DOM into the whole project.
type Language = { readonly lang: number; readonly codepage: number };

interface ResourceEntry {
  readonly type: string | number;
  readonly id: string | number;
  readonly lang: string | number;
  readonly codepage: number;
  readonly bin: ArrayBuffer;
}

export class NtExecutable {
  static from(bytes: Uint8Array, options: { readonly ignoreCert: boolean }): NtExecutable;
  readonly newHeader: {
    readonly optionalHeader: { subsystem: number; readonly sectionAlignment: number; fileAlignment: number; sizeOfHeaders: number };
    readonly optionalHeaderDataDirectory: { get(index: number): { readonly virtualAddress: number; readonly size: number } };
  };
  getAllSections(): readonly {
    readonly info: { readonly virtualAddress: number; readonly virtualSize: number; pointerToRawData: number; sizeOfRawData: number };
    readonly data: ArrayBuffer | null;
  }[];
  generate(): ArrayBuffer;
}

export class NtExecutableResource {
  static from(executable: NtExecutable): NtExecutableResource;
  entries: ResourceEntry[];
  outputResource(executable: NtExecutable): void;
}

export const Data: {
  readonly IconFile: { from(bytes: Uint8Array): { readonly icons: readonly { readonly data: object }[] } };
};

interface VersionInfo {
  setFileVersion(major: number, minor: number, micro: number, revision: number, lang: number): void;
  setProductVersion(major: number, minor: number, micro: number, revision: number, lang: number): void;
  setStringValues(language: Language, values: Readonly<Record<string, string>>): void;
  outputToResourceEntries(entries: ResourceEntry[]): void;
}

export const Resource: {
  readonly VersionInfo: { createEmpty(): VersionInfo };
  readonly IconGroupEntry: {
    replaceIconsForResource(entries: ResourceEntry[], id: number, lang: number, icons: readonly object[]): void;
  };
};
