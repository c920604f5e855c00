/**
 * Takes secrets out of text that people copy or that we log: tokens, keys and passwords as they look, whatever program printed them.
 */

const SECRETS: readonly [RegExp, string][] = [
  // A header, whose value may begin with the name of a scheme
  [/(authorization["']?\s*[:=]\s*["']?(?:[a-z]+\s+)?)[^\s"',;]+/gi, '$1…'],
  // name=value and "name": "value", where the name says that it is a secret
  [/((?:token|secret|password|passwd|api[_-]?key|bearer)["']?\s*[:=]\s*["']?)[^\s"',;]+/gi, '$1…'],
  [/\b(Bearer\s+)[\w.~+/-]+=*/gi, '$1…'],
  // Telegram (digits:letters, in a URL after "bot"), Discord (three parts), OpenAI, Anthropic, GitHub, Slack
  [/(?<!\d)\d{6,}:[\w-]{30,}/g, '…'],
  [/\b[\w-]{23,}\.[\w-]{6,}\.[\w-]{27,}\b/g, '…'],
  [/\b(?:sk|pk|ghp|gho|ghs|xox[abp]|glpat)[-_][\w-]{16,}\b/g, '…'],
];

export function redact(text: string): string {
  return SECRETS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}
