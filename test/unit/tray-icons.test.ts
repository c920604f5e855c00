// The tray icons in build/icons: each state in every size of a taskbar, rendered from the sources, and told apart without colour.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { renderIcons } from '../../scripts/icons.mjs';
import { PHASE_VIEWS, type TrayIcon } from '../../src/desktop/views.ts';
import { REPOSITORY } from '../support/sandbox.ts';

const ICONS = ['running', 'busy', 'stopped', 'warning', 'error'] as const satisfies readonly TrayIcon[];
const FOLDER = path.join(REPOSITORY, 'build/icons');
const SIZES = { '.png': 16, '@1.5x.png': 24, '@2x.png': 32 };

/** Red, green, blue and alpha of each pixel. The compressed bytes may differ between builds of zlib. */
const pixelsOf = (png: Buffer) => sharp(png).ensureAlpha().raw().toBuffer();

/** Alpha of each pixel of an icon at 16 pixels. */
async function shapeOf(icon: TrayIcon, theme: 'light' | 'dark'): Promise<number[]> {
  const pixels = await pixelsOf(readFileSync(path.join(FOLDER, `tray-${icon}-${theme}.png`)));
  return [...pixels.filter((_, at) => at % 4 === 3)];
}

describe('tray icons', () => {
  it('provides a tray icon for every phase, as rendered by scripts/icons.mjs', async () => {
    expect([...new Set(Object.values(PHASE_VIEWS).map(({ icon }) => icon))].sort()).toEqual([...ICONS].sort());
    const rendered = await renderIcons();
    expect(readdirSync(FOLDER).sort()).toEqual([...rendered.keys()].sort());
    const names = ICONS.flatMap(icon =>
      ['.ico', ...Object.keys(SIZES)].flatMap(end => [`tray-${icon}-dark${end}`, `tray-${icon}-light${end}`]),
    );
    expect(names.sort()).toEqual([...rendered.keys()].sort());
    for (const [name, content] of rendered) {
      const checkedIn = readFileSync(path.join(FOLDER, name));
      const same = name.endsWith('.ico') ? content.equals(checkedIn) : (await pixelsOf(content)).equals(await pixelsOf(checkedIn));
      expect(same, `${name} is out of date: run "node scripts/icons.mjs"`).toBe(true);
    }
  });

  it.each(ICONS)('contain every size of a Windows taskbar, and the scales of Electron: %s', async icon => {
    for (const theme of ['light', 'dark']) {
      const ico = readFileSync(path.join(FOLDER, `tray-${icon}-${theme}.ico`));
      // A row of the ICO directory has 16 bytes; a size of 256 is written as 0.
      const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => ico[6 + 16 * index] || 256);
      expect(sizes).toEqual([16, 20, 24, 32, 48, 256]);
      for (const [end, size] of Object.entries(SIZES)) {
        const { width, height } = await sharp(path.join(FOLDER, `tray-${icon}-${theme}${end}`)).metadata();
        expect([width, height]).toEqual([size, size]);
      }
    }
  });

  it('uses the same icon shapes on a light and on a dark taskbar', async () => {
    for (const icon of ICONS) expect(await shapeOf(icon, 'light'), icon).toEqual(await shapeOf(icon, 'dark'));
  });

  it('shows a full bubble without a badge while the gateway runs, and a hollow one while it is stopped', async () => {
    for (const theme of ['light', 'dark'] as const) {
      const [running, stopped] = await Promise.all([shapeOf('running', theme), shapeOf('stopped', theme)]);
      const inside = (shape: number[]) => [5, 6, 7, 8].flatMap(row => shape.slice(16 * row + 4, 16 * row + 11));
      expect(new Set(inside(running))).toEqual(new Set([255]));
      expect(new Set(inside(stopped))).toEqual(new Set([0]));
      const pixels = await pixelsOf(readFileSync(path.join(FOLDER, `tray-running-${theme}.png`)));
      const colours = new Set(running.flatMap((alpha, at) => (alpha === 255 ? [pixels.subarray(4 * at, 4 * at + 3).join()] : [])));
      expect(colours.size).toBe(1);
    }
  });

  it('makes the tray icons different by shape and not only by colour, even at 16 pixels', async () => {
    const shapes = await Promise.all(ICONS.map(icon => shapeOf(icon, 'light')));
    for (const [one, shape] of shapes.entries()) {
      for (const [other, second] of shapes.entries()) {
        const different = shape.filter((value, pixel) => Math.abs(value - (second[pixel] ?? 0)) > 96).length;
        if (one < other) expect(different, `${ICONS[one]} and ${ICONS[other]}`).toBeGreaterThanOrEqual(10);
      }
    }
  });
});
