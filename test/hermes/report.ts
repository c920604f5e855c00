/** The table of scenarios and versions, and the reasons below it. */

import type { Measured, Scenario } from './scenario.ts';
import type { HermesVersion } from './versions.ts';

/** One scenario beside one version. */
export type Result =
  | ({ readonly kind: 'played' } & Measured)
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'not applicable'; readonly reason: string };

export interface Row {
  readonly section: string;
  readonly scenario: Scenario;
  /** By version. */
  readonly results: Map<string, Result>;
}

export function table(rows: readonly Row[], versions: readonly HermesVersion[]): string {
  const titles = rows.map(({ scenario }) => scenario.title);
  const width = Math.max(...titles.map(title => title.length));
  const head = [' '.repeat(width), ...versions.map(({ version }) => cell(version))].join('  ');
  const sections = [...new Set(rows.map(({ section }) => section))];
  const lines = sections.flatMap(section => [
    '',
    section,
    ...rows.filter(row => row.section === section).flatMap(row => linesOf(row, versions, width)),
  ]);
  const results = rows.flatMap(row => [...row.results.values()]);
  const count = (kind: Result['kind']) => results.filter(result => result.kind === kind).length;
  return [
    '✓ as the line says, with its duration   ✗ not   – does not apply to this version',
    '',
    head,
    ...lines,
    '',
    `${count('played')} as they must be, ${count('failed')} not, ${count('not applicable')} do not apply.`,
  ].join('\n');
}

const cell = (text: string) => text.padStart(12);

function linesOf({ scenario, results }: Row, versions: readonly HermesVersion[], width: number): string[] {
  const cells = versions.map(({ version }) => {
    const result = results.get(version);
    if (result?.kind === 'played') return cell(`✓ ${(result.ms / 1_000).toFixed(1)} s`);
    if (result === undefined) return cell('not played');
    return cell(result.kind === 'failed' ? '✗' : '–');
  });
  const notes = new Map<string, string[]>();
  for (const { version } of versions) {
    const result = results.get(version);
    const note = (result?.kind === 'played' ? result.fact : result?.reason) ?? '';
    if (note !== '') notes.set(note, [...(notes.get(note) ?? []), version]);
  }
  const below = [...notes].map(([note, of]) => `    ${of.length === versions.length ? '' : `${of.join(', ')}: `}${note}`);
  return [[scenario.title.padEnd(width), ...cells].join('  '), ...below];
}
