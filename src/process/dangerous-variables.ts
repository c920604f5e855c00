/**
 * Variables by which Node, OpenSSL or Electron run, load or trust other code than what was installed. Node and OpenSSL read them before any
 * of this code runs, so a program that starts a process with more rights empties them first.
 */

const DANGEROUS_VARIABLES = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_COMPILE_CACHE',
  'NODE_V8_COVERAGE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_ICU_DATA',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'OPENSSL_CONF',
  'OPENSSL_MODULES',
  'OPENSSL_ENGINES',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'ELECTRON_RUN_AS_NODE',
  'ELECTRON_OVERRIDE_DIST_PATH',
] as const;

const FAMILY = /^(NODE|OPENSSL|SSL_CERT|ELECTRON)_[A-Z0-9_]+$/;

/** The variables to empty: the known ones, and every set one of their families. In upper case, as Windows compares. */
export function dangerousAmong(variables: readonly string[]): string[] {
  const found = variables.map(name => name.toUpperCase()).filter(name => FAMILY.test(name));
  return [...new Set<string>([...DANGEROUS_VARIABLES, ...found])];
}
