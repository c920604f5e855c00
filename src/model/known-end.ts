/** The common ends of a gateway for which the program can say what helps. `gateway/recognised-end.ts` decides which one it was. */
export const KNOWN_ENDS = [
  'token-rejected',
  /** Another gateway uses the same bot. */
  'token-in-use',
  'port-in-use',
  /** A Python package that Hermes needs. */
  'module-missing',
  /** Files of Hermes itself are missing, or do not fit each other: an update was interrupted or failed. */
  'hermes-incomplete',
  'configuration',
  'disk-full',
  'out-of-memory',
  /** By another program or the system, without an announcement. */
  'killed',
  'no-network',
] as const;

/** The port that the cause of a `port-in-use` names. */
export function portIn(cause: string): number | undefined {
  const [, port, bound] = /\bport (\d+)|', (\d+)/i.exec(cause) ?? [];
  const number = Number(port ?? bound);
  return Number.isInteger(number) && number > 0 && number < 65_536 ? number : undefined;
}

export type KnownEnd = (typeof KNOWN_ENDS)[number];
