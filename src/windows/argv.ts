/**
 * The rules by which CommandLineToArgvW and the C runtime split a command line, and the inverse. An image path that is not quoted by these
 * rules starts another program where a folder has a space in its name (CWE-428).
 * Source: "CommandLineToArgvW" and "Parsing C command-line arguments" (Microsoft Learn).
 */

/** One argument quoted for a command line. Backslashes are doubled only before a quote; elsewhere they are literal. */
export function quoteArgument(argument: string): string {
  if (argument.includes('\0')) throw new TypeError('An argument cannot hold a NUL character.');
  if (argument !== '' && !/[\s"]/.test(argument)) return argument;
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/**
 * The command line of a program and its arguments. The program is always quoted, by its own rule: backslashes do not escape in it, so it
 * cannot contain a quote (no Windows path can).
 */
export function commandLine(program: string, args: readonly string[] = []): string {
  if (program === '' || /["\0]/.test(program)) throw new TypeError('A program needs a path without quotes.');
  return [`"${program}"`, ...args.map(quoteArgument)].join(' ');
}

/** The arguments that CommandLineToArgvW gives for a command line; the program comes first. */
export function splitCommandLine(line: string): string[] {
  const program = /^"([^"]*)"?|^[^ \t]*/.exec(line);
  const first = program?.[1] ?? program?.[0] ?? '';
  return [first, ...splitArguments(line.slice(program?.[0].length ?? 0))];
}

function splitArguments(text: string): string[] {
  const found: string[] = [];
  // A run of backslashes, possibly none, with the quote that may follow it.
  const piece = /(\\*)("?)/y;
  const isSpace = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  for (let at = 0; ; ) {
    while (isSpace(at)) at += 1;
    if (at >= text.length) return found;
    let argument = '';
    let quoted = false;
    while (at < text.length && (quoted || !isSpace(at))) {
      piece.lastIndex = at;
      const [, backslashes = '', quote = ''] = piece.exec(text) ?? [];
      if (quote === '') {
        // No quote follows: backslashes are literal.
        argument += backslashes === '' ? text[at] : backslashes;
        at += backslashes.length || 1;
        continue;
      }
      argument += backslashes.slice(0, backslashes.length >> 1);
      at += backslashes.length + 1;
      if (backslashes.length % 2 === 1) argument += '"';
      else if (quoted && text[at] === '"') {
        // Two quotes inside a quoted part are one literal quote, and the part continues.
        argument += '"';
        at += 1;
      } else quoted = !quoted;
    }
    found.push(argument);
  }
}

/** Enough to recognise a program by; in characters. */
const MAX_PROGRAM = 260;

/** The program that a service starts. Its path may have spaces without quotation marks: then it ends with the first `.exe`. */
export function programOfService(binaryPath: string): string {
  const [first = ''] = splitCommandLine(binaryPath);
  const unquoted = /^[^"]+?\.exe(?=\s|$)/i.exec(binaryPath)?.[0];
  return (unquoted ?? first).slice(0, MAX_PROGRAM);
}

/** What Windows' shell starts. */
export interface ShellStart {
  /** The absolute path of the program. */
  readonly program: string;
  /** Its command line after the program, quoted as that program parses it. */
  readonly parameters: string;
  readonly cwd: string;
}

/** The argv that a shortcut starts. */
export function commandOfShortcut({ program, parameters }: Omit<ShellStart, 'cwd'>): readonly string[] {
  return [program, ...splitCommandLine(`"" ${parameters}`).slice(1)];
}
