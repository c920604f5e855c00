/** The facts of a scenario. */

/** @throws Error with this sentence where the fact is not so */
export function check(fact: unknown, sentence: string): asserts fact {
  if (!fact) throw new Error(sentence);
}
