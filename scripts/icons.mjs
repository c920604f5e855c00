// Renders the tray icons of build/icons from build/icon-sources: a speech bubble, full while the gateway runs and hollow while it is stopped.
// What needs a look has a badge, whose shape shows the state without its colour. The sources have the colours for a light taskbar;
// "node scripts/icons.mjs" writes the files.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pngToIco from 'png-to-ico';
import sharp from 'sharp';

const ICO_SIZES = [16, 20, 24, 32, 48, 256];
const PNG_SIZES = { '': 16, '@1.5x': 24, '@2x': 32 };
/** The colour on a dark taskbar for each colour of the sources. All have a contrast of at least 3:1 to their taskbar. */
const DARK = {
  '#202024': '#f5f5f8',
  '#005fb8': '#60beff',
  '#9d5d00': '#fcc83c',
  '#c42b1c': '#ff7a6c',
};

const folder = (/** @type {string} */ name) => fileURLToPath(new URL(`../build/${name}`, import.meta.url));

/** The content of each file of build/icons, by file name. @returns {Promise<Map<string, Buffer>>} */
export async function renderIcons() {
  const files = new Map();
  for (const source of readdirSync(folder('icon-sources'))) {
    const light = readFileSync(path.join(folder('icon-sources'), source), 'utf8');
    const dark = Object.entries(DARK).reduce((svg, [from, to]) => svg.replaceAll(from, to), light);
    for (const [theme, svg] of Object.entries({ light, dark })) {
      const name = `${path.basename(source, '.svg')}-${theme}`;
      files.set(`${name}.ico`, await pngToIco(await Promise.all(ICO_SIZES.map(size => render(svg, size)))));
      for (const [suffix, size] of Object.entries(PNG_SIZES)) files.set(`${name}${suffix}.png`, await render(svg, size));
    }
  }
  return files;
}

/** @param {string} svg @param {number} size in pixels */
function render(svg, size) {
  return sharp(Buffer.from(svg.replace('<svg', `<svg width="${size}" height="${size}"`)))
    .png({ compressionLevel: 9 })
    .toBuffer();
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, content] of await renderIcons()) writeFileSync(path.join(folder('icons'), name), content);
