// @ts-check
// The notes of a release, from CHANGELOG.md.

/**
 * The text below the heading of a version.
 * @param {string} changelog
 * @param {string} version or `Unreleased`
 * @returns {string | undefined}
 */
export function changesOf(changelog, version) {
  const [, ...sections] = changelog.split(/^## /m);
  const found = sections.find(section => section.split(/\s/, 1)[0]?.replace(/^\[|\]$/g, '') === version);
  return found?.slice(found.indexOf('\n')).trim();
}

const UNSIGNED = `> **The programs of this release are not signed.** Windows shows no publisher, and Smart App Control does not run them. Compare their
> hashes with \`SHA256SUMS\`.`;

/** @type {(changes: string, isSigned: boolean) => string} */
export const releaseNotes = (changes, isSigned) => `${isSigned ? '' : `${UNSIGNED}\n\n`}${changes}\n`;
