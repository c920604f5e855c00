/**
 * Makes a script that fails short (delta debugging, Zeller and Hildebrandt 2002): parts are left away as long as it still fails. Real
 * processes do not do the same twice, so one that fails no more after a cut was cut too far, and the cut is taken back.
 */

/**
 * @param fails whether a script still fails, tried as often as the caller thinks right
 * @param mayGoOn false where there is no more time; the shortest script so far is the answer then
 */
export async function shrink<T>(
  script: readonly T[],
  fails: (script: readonly T[]) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<readonly T[]> {
  let shortest = script;
  let parts = 2;
  while (shortest.length > 1 && parts <= shortest.length && mayGoOn()) {
    const size = Math.ceil(shortest.length / parts);
    let cut = false;
    for (let at = 0; at < shortest.length && mayGoOn(); at += size) {
      const without = [...shortest.slice(0, at), ...shortest.slice(at + size)];
      if (without.length === 0 || !(await fails(without))) continue;
      shortest = without;
      parts = Math.max(2, parts - 1);
      cut = true;
      break;
    }
    if (cut) continue;
    if (size === 1) break;
    parts = Math.min(shortest.length, parts * 2);
  }
  return shortest;
}
