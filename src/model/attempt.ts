/** The result of a step whose failure is an answer too, or does no harm: undefined where it throws. */
export function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
