/** A phrase as a sentence: "stopped by the user" becomes "Stopped by the user." */
export function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}${/[.!?]$/.test(phrase) ? '' : '.'}`;
}
