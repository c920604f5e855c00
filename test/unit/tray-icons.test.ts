// The icon files that the tray model names: they are all there, in every size that a taskbar takes, and can be told apart without colour.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrayTheme } from '../../src/desktop/tray-model.ts';
import { PHASE_VIEWS, type TrayIcon } from '../../src/desktop/views.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const ICONS = ['running', 'busy', 'stopped', 'warning', 'error'] as const satisfies readonly TrayIcon[];
const THEMES = ['light', 'dark'] as const satisfies readonly TrayTheme[];
const file = (icon: TrayIcon, theme: TrayTheme, ending: string) => path.join(REPOSITORY, `build/icons/tray-${icon}-${theme}${ending}`);

interface Entry {
  readonly size: number;
  readonly body: Buffer;
}

/** The directory of an ICO file: 16 bytes an entry; a size of 256 is written as 0. */
function entriesOf(ico: Buffer): Entry[] {
  return Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index;
    const offset = ico.readUInt32LE(at + 12);
    return { size: ico[at] || 256, body: ico.subarray(offset, offset + ico.readUInt32LE(at + 8)) };
  });
}

/** How much each pixel of a bitmap entry covers: the fourth byte of each, bottom-up after a header of 40 bytes. */
function coverageOf({ size, body }: Entry): number[] {
  return Array.from({ length: size * size }, (_, pixel) => body[40 + pixel * 4 + 3] ?? 0);
}

describe('the tray icons', () => {
  it('are there for every phase, as ICO and as PNG for each scale', () => {
    expect([...new Set(Object.values(PHASE_VIEWS).map(({ icon }) => icon))].sort()).toEqual([...ICONS].sort());
    const missing = ICONS.flatMap(icon =>
      THEMES.flatMap(theme => ['.ico', '.png', '@1.5x.png', '@2x.png'].map(ending => file(icon, theme, ending))),
    ).filter(each => !existsSync(each));
    expect(missing).toEqual([]);
  });

  it.each(ICONS)('hold every size of a Windows taskbar: %s', icon => {
    for (const theme of THEMES) {
      const entries = entriesOf(readFileSync(file(icon, theme, '.ico')));
      expect(entries.map(({ size }) => size)).toEqual([16, 20, 24, 32, 48, 256]);
      for (const { size, body } of entries) {
        if (size === 256) expect(body.subarray(1, 4).toString()).toBe('PNG');
        else expect([body.readInt32LE(4), body.readInt32LE(8), body.readUInt16LE(14)]).toEqual([size, size * 2, 32]);
      }
    }
  });

  it('have the same shape on a light and on a dark taskbar', () => {
    for (const icon of ICONS) {
      const [light, dark] = THEMES.map(theme =>
        entriesOf(readFileSync(file(icon, theme, '.ico'))).map(each => each.size < 256 && coverageOf(each)),
      );
      expect(light, icon).toEqual(dark);
    }
  });

  it('differ by shape and not only by colour, even at 16 pixels', () => {
    const shapes = ICONS.map(icon => entriesOf(readFileSync(file(icon, 'light', '.ico'))).find(({ size }) => size === 16)).map(each =>
      each ? coverageOf(each) : [],
    );
    for (const [one, shape] of shapes.entries()) {
      for (const [other, second] of shapes.entries()) {
        const different = shape.filter((value, pixel) => Math.abs(value - (second[pixel] ?? 0)) > 96).length;
        if (one < other) expect(different, `${ICONS[one]} and ${ICONS[other]}`).toBeGreaterThanOrEqual(10);
      }
    }
  });
});
