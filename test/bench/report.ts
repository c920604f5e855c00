/** The outcome of the bench for people (a table) and for machines (one JSON document). Pure. */

import type { EvidenceMachine } from '../chaos/evidence.ts';
import { isMeasured, keepsTarget, type Measured, type Outcome, summarize, type Target } from './figure.ts';

export interface PartOutcome {
  readonly part: string;
  readonly outcomes: readonly Outcome[];
}

export function missesTarget(outcome: Outcome): boolean {
  return isMeasured(outcome) && keepsTarget(outcome) === false;
}

export function toJson(machine: EvidenceMachine, parts: readonly PartOutcome[]) {
  const figures = parts.flatMap(({ part, outcomes }) =>
    outcomes.map(outcome => {
      if (!isMeasured(outcome)) return { part, ...outcome };
      const { name, unit, values, target } = outcome;
      const kept = keepsTarget(outcome);
      return { part, name, unit, ...summarize(values), ...(target && { target }), ...(kept !== undefined && { kept }), values };
    }),
  );
  return { schema: 1, ok: !parts.some(({ outcomes }) => outcomes.some(missesTarget)), machine, figures };
}

export function toTable(parts: readonly PartOutcome[]): string {
  const outcomes = parts.flatMap(part => part.outcomes);
  const measured = outcomes.filter(isMeasured);
  const rows = [['', 'median', 'spread', 'runs', 'target', ''], ...measured.map(row)];
  const widths = [0, 1, 2, 3, 4, 5].map(column => Math.max(...rows.map(cells => cells[column]?.length ?? 0)));
  const lines = rows.map(cells =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
      .trimEnd(),
  );
  const skipped = outcomes.flatMap(outcome => (isMeasured(outcome) ? [] : [`not measured: ${outcome.name} (${outcome.skipped})`]));
  return [...lines, ...(skipped.length > 0 ? ['', ...skipped] : []), '', verdict(outcomes.filter(missesTarget).length)].join('\n');
}

function row(measured: Measured): string[] {
  const { name, unit, values, target } = measured;
  const { median, min, max, runs, p95 } = summarize(values);
  const shown = target?.judged === 'p95' ? `${withUnit(median, unit)}, p95 ${withUnit(p95, unit)}` : withUnit(median, unit);
  const kept = keepsTarget(measured);
  return [
    name,
    shown,
    runs > 1 ? `${number(min)} … ${number(max)}` : '',
    String(runs),
    target ? bound(target, unit) : '',
    kept === undefined ? '' : kept ? '✓' : '✗',
  ];
}

function bound({ bound: word, value, judged }: Target, unit: Measured['unit']): string {
  const sign = { 'at most': '≤', 'at least': '≥', below: '<' }[word];
  return `${judged ? `${judged} ` : ''}${sign} ${withUnit(value, unit)}`;
}

function verdict(missed: number): string {
  return missed === 0 ? 'Every target is kept.' : `${missed} ${missed === 1 ? 'target is' : 'targets are'} missed.`;
}

function withUnit(value: number, unit: Measured['unit']): string {
  return unit === '' ? number(value) : `${number(value)} ${unit}`;
}

function number(value: number): string {
  const rounded = Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value).toString();
  return rounded.replace(/\B(?=(\d{3})+$)/g, ',');
}
