/** Wraps lines at the width of a terminal. What continues a line is indented: below its last column where it is a row, else by two. Pure. */

import { stripVTControlCharacters } from 'node:util';

/** The last column of a row begins before this many characters are left. */
const LAST_COLUMN = 24;

const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;

export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map(line => wrappedLine(line, columns))
    .join('\n');
}

/** A word that is longer than the line is not broken. */
function wrappedLine(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  const { prefix, hang } = indentOf(stripVTControlCharacters(line), columns);
  const lines: string[] = [];
  let current = '';
  let from = prefix;
  for (const piece of line.split(/(?<=\S)(?= )/)) {
    const isFull = widthOf(current) > from && widthOf(current + piece) > columns;
    if (!isFull) current += piece;
    else {
      lines.push(current);
      current = ' '.repeat(hang) + piece.trimStart();
      from = hang;
    }
  }
  return [...lines, current].join('\n');
}

/** How many characters stay on the first line in any case, and by how many the others are indented. */
function indentOf(line: string, columns: number): { readonly prefix: number; readonly hang: number } {
  const ends = [...line.matchAll(/(?<=\S) {2,}(?=\S)/g)].map(({ 0: gap, index }) => index + gap.length);
  const column = ends.findLast(end => end <= columns - LAST_COLUMN);
  if (column !== undefined) return { prefix: column, hang: column };
  const indent = line.length - line.trimStart().length;
  return { prefix: indent, hang: indent + 2 };
}
