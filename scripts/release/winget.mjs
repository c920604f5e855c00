// @ts-check
// The three manifests of winget for the MSI. Their schema is that of microsoft/winget-cli, version 1.10.0.

const IDENTIFIER = 'NousResearch.HermesGatewayHost';
const SCHEMA = '1.10.0';

/**
 * @typedef {object} Release
 * @property {string} version
 * @property {string} url of the MSI
 * @property {string} sha256 of the MSI
 * @property {string} productCode
 * @property {string} date `2026-01-31`
 * @property {string} page its page
 */

/**
 * @param {Release} release
 * @returns {ReadonlyMap<string, string>} texts by the names of their files
 */
export function wingetManifests({ version, url, sha256, productCode, date, page }) {
  const repository = 'https://github.com/NousResearch/hermes-gateway-service';
  return new Map([
    manifest('version', '', version, ['DefaultLocale: en-US']),
    manifest('installer', '.installer', version, [
      'MinimumOSVersion: 10.0.17763.0',
      'InstallerType: msi',
      'Scope: machine',
      'UpgradeBehavior: install',
      `ProductCode: '${productCode}'`,
      `ReleaseDate: ${date}`,
      'Installers:',
      '- Architecture: x64',
      `  InstallerUrl: ${url}`,
      `  InstallerSha256: ${sha256.toUpperCase()}`,
    ]),
    manifest('defaultLocale', '.locale.en-US', version, [
      'PackageLocale: en-US',
      'Publisher: Nous Research',
      `PublisherUrl: ${repository}`,
      `PublisherSupportUrl: ${repository}/issues`,
      'PackageName: Hermes Gateway Host',
      `PackageUrl: ${repository}`,
      'License: MIT',
      `LicenseUrl: ${repository}/blob/main/LICENSE`,
      'ShortDescription: Keeps the gateway of the AI agent Hermes running, as a Windows service of its user.',
      `ReleaseNotesUrl: ${page}`,
    ]),
  ]);
}

/**
 * @param {string} type
 * @param {string} suffix of the file's name
 * @param {string} version
 * @param {readonly string[]} lines
 * @returns {[string, string]}
 */
function manifest(type, suffix, version, lines) {
  const text = [
    `# yaml-language-server: $schema=https://aka.ms/winget-manifest.${type}.${SCHEMA}.schema.json`,
    `PackageIdentifier: ${IDENTIFIER}`,
    `PackageVersion: ${version}`,
    ...lines,
    `ManifestType: ${type}`,
    `ManifestVersion: ${SCHEMA}`,
  ];
  return [`${IDENTIFIER}${suffix}.yaml`, `${text.join('\n')}\n`];
}
