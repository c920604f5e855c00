/**
 * Removes secrets (tokens, keys, passwords, by their form) from text that is copied or logged. Pure, so that the panel uses the same table.
 */

/** In order: the specific shapes first, so that the general ones find only what is left. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Credentials in an address
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@'],
  // Headers: one value may begin with the name of a scheme, the other holds many values
  [/(authorization\\*["']?\s*[:=]\s*\\*["']?(?:[a-z]+\s+)?)[^\s"',;]+/gi, '$1…'],
  [/(\bcookie\\*["']?\s*[:=]\s*\\*["']?)[^"'\r\n]+/gi, '$1…'],
  [/\b(Bearer\s+)[\w.~+/=-]{6,}/gi, '$1…'],
  // name=value and "name": "value", also in JSON within JSON, where the name says that it is a secret; a quote may have lost its other
  [
    /((?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|private[_-]?key)\\*["']?\s*[:=]\s*\\*)(?:"[^"\r\n]*"?|'[^'\r\n]*'?|[^\s,;&"']+)/gi,
    '$1…',
  ],
  // JSON Web Tokens, Telegram (digits:letters, in a URL after "bot"), Discord (three parts)
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '…'],
  [/(?<!\d)\d{6,}:[\w-]{30,}/g, '…'],
  [/\b[\w-]{23,}\.[\w-]{6,}\.[\w-]{27,}\b/g, '…'],
  // Keys with a prefix: OpenAI and Anthropic, GitHub, GitLab, Slack, Hugging Face, AWS, Google
  [/\b(?:(?:sk|pk|rk|gh[opsu]|github_pat|glpat|xox[a-z]|xapp|hf)[-_]|AKIA|AIza)[\w-]{12,}/g, '…'],
  // Anything long that looks random; never across a slash, because a path is none
  [/\b[0-9a-f]{40,}\b/gi, '…'],
  [/\b(?=[\w+=-]*\d)(?=[\w+=-]*[a-z])(?=[\w+=-]*[A-Z])[\w+=-]{40,}/g, '…'],
];

/** The text with `…` in the place of each secret. Never throws. */
export function redact(text: string): string {
  return SECRETS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}
