/**
 * Scripts that complete the command line in a shell, made from commander's own tree of commands. They contain every word, so that the
 * Tab key starts no process; libraries that ask the program at each press of it take as long as a start of Node.
 */

import type { Argument, Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** What may follow an option: nothing, one of these words, a folder, or a text that no shell knows. */
type Value = readonly string[] | 'folder' | 'text' | undefined;

interface CompletedOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly value: Value;
}

interface CompletedVerb {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** The words that its first argument may be. */
  readonly words: readonly string[];
}

interface Grammar {
  readonly name: string;
  readonly options: readonly CompletedOption[];
  readonly verbs: readonly CompletedVerb[];
}

export function completionScript(shell: Shell, program: Command): string {
  return SCRIPTS[shell](grammarOf(program));
}

function grammarOf(program: Command): Grammar {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map(command => command.name());
  return {
    name: program.name(),
    options: help.visibleOptions(program).map(completedOption),
    verbs: commands.map(command => ({
      name: command.name(),
      summary: help.subcommandDescription(command),
      options: [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].map(completedOption),
      words: command.name() === 'help' ? names : wordsOf(command.registeredArguments[0]),
    })),
  };
}

const wordsOf = (argument: Argument | undefined): readonly string[] => argument?.argChoices ?? [];

function completedOption({ short, long, description, required, argChoices, flags }: Option): CompletedOption {
  const value = required ? (argChoices ?? (flags.includes('<folder>') ? 'folder' : 'text')) : undefined;
  return { flags: [short, long].filter(flag => flag !== undefined), description, value };
}

/** All options, each once. */
function allOptions({ options, verbs }: Grammar): readonly CompletedOption[] {
  const all = [...options, ...verbs.flatMap(verb => verb.options)];
  return [...new Map(all.map(option => [option.flags.join(), option])).values()];
}

const flagsOf = (options: readonly CompletedOption[]) => options.flatMap(({ flags }) => flags);
const single = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const functionOf = (name: string) => `_${name.replaceAll('-', '_')}`;

/** Also for bash 3.2, which macOS has: without `mapfile`, and where `compopt` may be missing. */
function bash(grammar: Grammar): string {
  const { name, options, verbs } = grammar;
  const all = allOptions(grammar);
  const taking = (wanted: (value: Value) => boolean) => flagsOf(all.filter(({ value }) => wanted(value))).join(' | ');
  const chosen = all.filter(({ value }) => Array.isArray(value));
  const run = functionOf(name);
  return `# Completes ${name} in bash. Load it with: eval "$(${name} completion bash)"
${run}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local verb='' words='' options='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --)
        local IFS=$'\\n'
        compopt -o filenames 2>/dev/null
        if ((i == COMP_CWORD - 1)); then COMPREPLY=($(compgen -c -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
        return
        ;;
      ${taking(value => value !== undefined)}) i=$((i + 1)) ;;
      -*) ;;
      *) verb=\${verb:-\${COMP_WORDS[i]}} ;;
    esac
  done
  case $previous in
    ${taking(value => value === 'folder')})
      local IFS=$'\\n'
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -d -- "$current"))
      return
      ;;
    ${taking(value => value === 'text')}) return ;;
${chosen.map(({ flags, value }) => `    ${flags.join(' | ')}) COMPREPLY=($(compgen -W ${single([value].flat().join(' '))} -- "$current")) && return ;;`).join('\n')}
  esac
  case $verb in
    '')
      words=${single(verbs.map(verb => verb.name).join(' '))}
      options=${single(flagsOf(options).join(' '))}
      ;;
${verbs.map(verb => `    ${verb.name})\n      words=${single(verb.words.join(' '))}\n      options=${single(flagsOf(verb.options).join(' '))}\n      ;;`).join('\n')}
  esac
  case $current in
    -*) words=$options ;;
    *) words=\${words:-$options} ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F ${run} ${name}`;
}

/** Works as a file of a folder in \`fpath\` too. */
function zsh({ name, options, verbs }: Grammar): string {
  const run = functionOf(name);
  const action = (value: Value) =>
    value === undefined ? '' : value === 'folder' ? ':folder:_files -/' : value === 'text' ? ':value:' : `:value:(${value.join(' ')})`;
  const spec = ({ flags, description, value }: CompletedOption) => {
    const text = single(`[${description.replaceAll(/[[\]\\]/g, '\\$&')}]${action(value)}`);
    return flags.length > 1 ? `'(${flags.join(' ')})'{${flags.join(',')}}${text}` : `${flags[0]}${text}`;
  };
  const specs = (all: readonly CompletedOption[]) => all.map(spec).join(' \\\n        ');
  const words = (verb: CompletedVerb) =>
    verb.name === 'update'
      ? ` \\\n        '*:::command:_normal'`
      : verb.words.length > 0
        ? ` \\\n        '1:word:(${verb.words.join(' ')})'`
        : '';
  return `#compdef ${name}
# Completes ${name} in zsh. Load it with: eval "$(${name} completion zsh)"
${run}() {
  local context state state_descr line
  typeset -A opt_args
  local -a verbs
  verbs=(
${verbs.map(verb => `    ${single(`${verb.name}:${verb.summary}`)}`).join('\n')}
  )
  _arguments -C -S \\
        ${specs(options)} \\
        '1:verb:->verb' '*::argument:->rest'
  case $state in
    verb) _describe verb verbs ;;
    rest)
      case $words[1] in
${verbs.map(verb => `        ${verb.name})\n      _arguments -S \\\n        ${specs(verb.options)}${words(verb)}\n          ;;`).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == ${run} ]]; then ${run} "$@"; else compdef ${run} ${name}; fi`;
}

/** For Windows PowerShell 5.1 and PowerShell 7. */
function powershell(grammar: Grammar): string {
  const { name, options, verbs } = grammar;
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const list = (words: readonly string[]) => `@(${words.map(quoted).join(', ')})`;
  const described = (all: readonly CompletedOption[]) =>
    `[ordered]@{ ${all.flatMap(({ flags, description }) => flags.map(flag => `${quoted(flag)} = ${quoted(description)}`)).join('; ')} }`;
  const taking = allOptions(grammar).filter(({ value }) => value !== undefined);
  const chosen = taking.flatMap(({ flags, value }) => (Array.isArray(value) ? flags.map(flag => `${quoted(flag)} = ${list(value)}`) : []));
  return `# Completes ${name} in PowerShell. Load it with: ${name} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${list([name, `${name}.exe`])} -ScriptBlock {
  param($current, $ast, $position)
  $verbs = [ordered]@{
${verbs.map(verb => `    ${quoted(verb.name)} = ${quoted(verb.summary)}`).join('\n')}
  }
  $options = @{
    '' = ${described(options)}
${verbs.map(verb => `    ${quoted(verb.name)} = ${described(verb.options)}`).join('\n')}
  }
  $words = @{
${verbs
  .filter(verb => verb.words.length > 0)
  .map(verb => `    ${quoted(verb.name)} = ${list(verb.words)}`)
  .join('\n')}
  }
  $taking = ${list(flagsOf(taking))}
  $chosen = @{ ${chosen.join('; ')} }
  $before = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { $_.ToString() })
  $verb = ''
  for ($i = 0; $i -lt $before.Count; $i++) {
    if ($before[$i] -eq '--') { return }
    if ($taking -contains $before[$i]) { $i++ } elseif (-not $before[$i].StartsWith('-') -and $verb -eq '') { $verb = $before[$i] }
  }
  $previous = if ($before.Count -gt 0) { $before[-1] } else { '' }
  $found = [ordered]@{}
  if ($chosen.ContainsKey($previous)) { $chosen[$previous] | ForEach-Object { $found[$_] = $_ } }
  elseif ($taking -contains $previous) { return }
  elseif ($current.StartsWith('-') -or ($verb -ne '' -and -not $words.ContainsKey($verb))) { if ($options.ContainsKey($verb)) { $found = $options[$verb] } }
  elseif ($verb -ne '') { $words[$verb] | ForEach-Object { $found[$_] = $_ } }
  else { $found = $verbs }
  $found.GetEnumerator() | Where-Object { $_.Key.StartsWith($current, [StringComparison]::Ordinal) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_.Key, $_.Key, 'ParameterValue', $_.Value)
  }
}`;
}

const SCRIPTS: Readonly<Record<Shell, (grammar: Grammar) => string>> = { bash, zsh, powershell };
