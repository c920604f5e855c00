/** What a full run leaves in docs/evidence/: its table for people and its document for machines, written by the command that ran it. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { REPOSITORY } from '../support/sandbox.ts';

export interface EvidenceMachine {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  readonly cpu: string;
}

/** The machine that a figure is from, and the version of the project. */
export function thisMachine(): EvidenceMachine {
  const { version } = JSON.parse(readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
  const [cpu] = os.cpus();
  return {
    version,
    node: process.version,
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    cpus: os.cpus().length,
    cpu: cpu?.model ?? 'unknown',
  };
}

/** @param text the table as it was printed */
export function writeEvidence(name: string, title: string, text: string, document: { readonly machine: EvidenceMachine }): void {
  const folder = path.join(REPOSITORY, 'docs/evidence');
  const { version, node, platform, cpus, cpu } = document.machine;
  const on = `Version ${version}, Node ${node}, ${cpus} × ${cpu}, ${platform}; ${new Date().toISOString().slice(0, 10)}.`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.md`), `# ${title}\n\n${on} Written by the command itself.\n\n\`\`\`\n${text}\n\`\`\`\n`);
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(document, undefined, 2)}\n`);
}
