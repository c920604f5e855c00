/**
 * Recognises the common ends of a gateway by its exit code, its signal and what it said. The texts are those of Hermes 0.19 to 0.22,
 * python-telegram-bot 22, discord.py 2.7, aiohttp 3.14 and CPython 3.11. Windows translates the text of its errors, so those
 * are recognised by their numbers.
 */

import type { KnownEnd } from '../model/known-end.ts';
import { unplannedSignal } from './last-output.ts';

export interface EndEvidence {
  /** Exit code as Node gives it; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the gateway said about its end, if anything. */
  readonly cause: string | undefined;
  /** Its last lines of output, oldest first. */
  readonly output: readonly string[];
}

/** What is said, and what it means; the first one that fits counts. */
const SAID: readonly (readonly [KnownEnd, RegExp])[] = [
  ['port-in-use', /\bport \d+ (?:is )?(?:already )?in use|address already in use|\[(?:Errno|WinError) (?:48|98|10048)\]/i],
  [
    'token-in-use',
    /token (?:is )?already in use|already in use\b.*\bStop (?:the other|that) gateway|in use by another profile|other getUpdates request|same bot token/i,
  ],
  ['token-rejected', /token (?:`[^`]*` )?was rejected|bot token rejected|telegram\.error\.InvalidToken|Improper token/i],
  ['disk-full', /\[Errno 28\]|\[WinError (?:39|112)\]|no space left on device|database or disk is full/i],
  ['out-of-memory', /MemoryError\b|\[Errno 12\]|\[WinError (?:8|14|1455)\]|cannot allocate memory|std::bad_alloc/i],
  [
    'hermes-incomplete',
    /(?:No module named|cannot import name .+ from) (?:partially initialized module )?'?(?:hermes_\w+|gateway|agent|plugins|tools|cron|providers|run_agent)\b|can't open file .*\[Errno 2\]|\[Errno 2\] .*\bhermes-agent\b/,
  ],
  ['module-missing', /ModuleNotFoundError|No module named|\bImportError\b|\w not installed\b/],
  [
    'no-network',
    /\[Errno (?:-2|-3|101|11001|11002|11004|10051|10065)\]|getaddrinfo failed|name resolution|name or service not known|network is unreachable|ConnectorDNSError|\bconnect timed out after|telegram\.error\.(?:TimedOut|NetworkError: httpx\.Connect)/i,
  ],
  ['configuration', /\byaml\.\w+\.\w+Error\b/],
];

/** Exit codes of Windows (NTSTATUS) and of Hermes that need no words. */
const BY_CODE: ReadonlyMap<number, KnownEnd> = new Map<number, KnownEnd>([
  [78, 'configuration'],
  [0xc000_0017, 'out-of-memory'],
  [0xc000_012d, 'out-of-memory'],
  [0xc000_013a, 'killed'],
]);

/** Signals by which a user or the system ends a process; others (SIGSEGV) are faults of the program. */
const KILLING: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

/** Which one of the common ends this text is about, if any. */
export const recogniseCause = (cause: string): KnownEnd | undefined => SAID.find(([, pattern]) => pattern.test(cause))?.[0];

/** Which one of the common ends it was; undefined for every other one. For an end that was not requested only. */
export function recogniseEnd({ code, signal, cause, output }: EndEvidence): KnownEnd | undefined {
  if (signal !== null) return KILLING.has(signal) ? 'killed' : undefined;
  const said = cause === undefined ? undefined : recogniseCause(cause);
  if (said) return said;
  if (unplannedSignal(output) !== undefined) return 'killed';
  return code === null ? undefined : BY_CODE.get(code >>> 0);
}
