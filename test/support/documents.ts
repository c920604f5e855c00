// The pages that people read, and the blocks in them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from './sandbox.ts';

/** README, docs and the pages beside examples and integrations, from the project's folder; what a run wrote as evidence is none. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync(path.join(REPOSITORY, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
  'examples/hermes/README.md',
  'examples/sample-gateway/README.md',
  'integrations/hermes-cli/README.md',
];

export const readPage = (page: string): string => readFileSync(path.join(REPOSITORY, page), 'utf8');

export interface Fence {
  readonly language: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

export function fencesOf(page: string): Fence[] {
  const fences: { language: string; line: number; lines: string[] }[] = [];
  let open: (typeof fences)[number] | undefined;
  readPage(page)
    .split('\n')
    .forEach((text, index) => {
      const [fence, language = ''] = /^```(\w*)$/.exec(text) ?? [];
      if (fence === undefined) open?.lines.push(text);
      else if (open) open = undefined;
      else {
        open = { language, line: index + 1, lines: [] };
        fences.push(open);
      }
    });
  return fences;
}

export interface DocumentedCommand {
  readonly page: string;
  /** `sh`, or `cmd` for Windows. */
  readonly shell: 'sh' | 'cmd';
  /** Without the comment behind it. */
  readonly command: string;
}

/** Every command of every page, in its order. */
export function documentedCommands(): DocumentedCommand[] {
  return PAGES.flatMap(page =>
    fencesOf(page).flatMap(({ language, lines }) => {
      if (language !== 'sh' && language !== 'cmd') return [];
      const commands = lines.map(line => line.replace(/\s+# .*$/, '').trim()).filter(line => line !== '' && !line.startsWith('#'));
      return commands.map(command => ({ page, shell: language, command }) as const);
    }),
  );
}
