/** What a full run leaves in docs/evidence/: its table for people and its document for machines, written by the command that ran it. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { REPOSITORY } from '../support/sandbox.ts';
import { available, versions } from '../wine/rig.ts';

export interface EvidenceMachine {
  readonly version: string;
  /** Of this project; "and changes" where files were not committed. Absent where there is no git. */
  readonly commit?: string;
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  readonly cpu: string;
  /** Versions of what else took part, by its name. */
  readonly below?: Readonly<Record<string, string>>;
}

/**
 * The machine that a figure is from, and the version of the project.
 * @param options.wine whether Wine took part, where there is one
 */
export function thisMachine({ wine = false } = {}): EvidenceMachine {
  const { version } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
  const [cpu] = os.cpus();
  const commit = commitHere();
  return {
    version,
    ...(commit && { commit }),
    node: process.version,
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    cpus: os.cpus().length,
    cpu: cpu?.model ?? 'unknown',
    ...(wine && available().ok && { below: versions() }),
  };
}

/** What earlier runs left is no change. */
function commitHere(): string | undefined {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', REPOSITORY, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const commit = git('rev-parse', '--short', 'HEAD').trim();
    return git('status', '--porcelain', '--', '.', ':!docs/evidence') === '' ? commit : `${commit} and changes`;
  } catch {
    return undefined;
  }
}

/** One line for people. */
export function machineText({ version, commit, node, platform, cpus, cpu, below = {} }: EvidenceMachine): string {
  const of = Object.entries(below).map(([name, its]) => `, ${name} ${its}`);
  return `Version ${version}${commit ? ` (${commit})` : ''}, Node ${node}, ${cpus} × ${cpu}, ${platform}${of.join('')}`;
}

/** @param text the table as it was printed */
export function writeEvidence(name: string, title: string, text: string, document: { readonly machine: EvidenceMachine }): void {
  const folder = path.join(REPOSITORY, 'docs/evidence');
  const on = `${machineText(document.machine)}; ${new Date().toISOString().slice(0, 10)}.`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.md`), `# ${title}\n\n${on} Written by the command itself.\n\n\`\`\`\n${text}\n\`\`\`\n`);
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(document, undefined, 2)}\n`);
}
