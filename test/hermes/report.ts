/** The table of scenarios and versions, and the reasons below it. */

import type { Measured, Scenario } from './scenario.ts';
import type { HermesVersion } from './versions.ts';

/** One scenario beside one version. */
type Outcome =
  | ({ readonly kind: 'played' } & Measured)
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'not applicable'; readonly reason: string };

/** `commit`: that it was played at. */
export type Result = Outcome & { readonly commit?: string | undefined };

export interface Row {
  readonly section: string;
  readonly scenario: Scenario;
  /** By version. */
  readonly results: Map<string, Result>;
}

/** @param commit what is not played at it is marked */
export function table(rows: readonly Row[], versions: readonly HermesVersion[], commit: string | undefined): string {
  const titles = rows.map(({ scenario }) => scenario.title);
  const width = Math.max(...titles.map(title => title.length));
  const head = [' '.repeat(width), ...versions.map(({ version }) => cell(version))].join('  ');
  const sections = [...new Set(rows.map(({ section }) => section))];
  const lines = sections.flatMap(section => [
    '',
    section,
    ...rows.filter(row => row.section === section).flatMap(row => linesOf(row, versions, width, commit)),
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

function linesOf({ scenario, results }: Row, versions: readonly HermesVersion[], width: number, commit: string | undefined): string[] {
  const cells = versions.map(({ version }) => {
    const result = results.get(version);
    if (result?.kind === 'played') return cell(`✓ ${(result.ms / 1_000).toFixed(1)} s`);
    if (result === undefined) return cell('not played');
    return cell(result.kind === 'failed' ? '✗' : '–');
  });
  const notes = new Map<string, string[]>();
  for (const { version } of versions) {
    const result = results.get(version);
    const words = result?.kind === 'played' ? result.fact : result?.reason;
    const other = result === undefined || result.commit === commit ? undefined : `played at ${result.commit}`;
    const note = [words, other].filter(Boolean).join('; ');
    if (note !== '') notes.set(note, [...(notes.get(note) ?? []), version]);
  }
  const below = [...notes].map(([note, of]) => `    ${of.length === versions.length ? '' : `${of.join(', ')}: `}${note}`);
  return [[scenario.title.padEnd(width), ...cells].join('  '), ...below];
}
