/** Whether a gateway runs, by the file that it writes itself: the same evidence for every program that may have started it. */

/**
 * @param text of `gateway_state.json`. @returns its PID, or undefined where it does not say that it runs, or is the one that was before.
 */
export function runningPid(text: string, before?: number): number | undefined {
  try {
    const { pid, gateway_state } = JSON.parse(text) as { pid: number; gateway_state: string };
    return gateway_state === 'running' && pid !== before ? pid : undefined;
  } catch {
    // Being written.
    return undefined;
  }
}
