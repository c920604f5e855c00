/** The acceptance table from the criteria and what a test run showed. Pure. */

import { CRITERIA, type Proof } from './criteria.ts';

export interface Shown {
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly figure?: string;
  /** Why it was skipped. */
  readonly reason?: string;
}

const SIGNS: Readonly<Record<Shown['state'], string>> = { passed: '✓', failed: '✗', skipped: '–' };
const LINE_LENGTH = 110;

/** @param shown by the id of the proof; empty for what no test of this run was about. */
export function acceptanceTable(shown: ReadonlyMap<string, Shown>): string {
  const lines = ['Acceptance'];
  CRITERIA.forEach(({ sentence, proofs }, index) => {
    wrapped(sentence).forEach((part, i) => {
      lines.push(i === 0 ? `\n ${index + 1}  ${part}` : `    ${part}`);
    });
    for (const [id, proof] of Object.entries<Proof>(proofs)) {
      const result = shown.get(id);
      lines.push(`    ${result ? SIGNS[result.state] : '–'} ${proof.where.padEnd(18)}  ${proof.shows}: ${resultOf(proof, result)}`);
    }
  });
  return lines.join('\n');
}

/** What was not shown by this very run never reads as if it had been. */
export function resultOf(proof: Proof, shown: Shown | undefined): string {
  switch (shown?.state) {
    case 'passed':
      return shown.figure ?? 'shown';
    case 'failed':
      return 'FAILED';
    case 'skipped':
      return `skipped, ${shown.reason ?? 'no reason given'}`;
    case undefined:
      if (proof.test === undefined) return 'not shown yet';
      return proof.where === 'Windows only' ? 'proved on Windows only' : 'not part of this run';
  }
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= LINE_LENGTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
