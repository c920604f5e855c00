// Draws the tray icons into build/icons: a speech bubble, which is what a gateway does, with a badge whose shape tells the state, so that
// colour is never needed to tell two of them apart. PNG and ICO are written by hand; nothing is needed but zlib.
//
//   node scripts/icons.mjs            writes build/icons
//   node scripts/icons.mjs --sheet F  draws all of them on both taskbars into the PNG file F, to look at
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

/** @typedef {(x: number, y: number) => number} Shape signed distance in units of the icon's side; negative inside */
/** @typedef {readonly [number, number, number]} Colour */
/** @typedef {{ readonly size: number, readonly pixels: Uint8Array }} Image RGBA, not premultiplied */

const ICO_SIZES = [16, 20, 24, 32, 48, 256];
const PNG_SCALES = [
  { suffix: '', size: 16 },
  { suffix: '@1.5x', size: 24 },
  { suffix: '@2x', size: 32 },
];
/** Colours of the badge, for a light and a dark taskbar: each at least 3:1 against it. */
const COLOURS = {
  light: { ink: [32, 32, 36], ok: [16, 124, 65], busy: [0, 95, 184], idle: [92, 92, 98], warning: [157, 93, 0], error: [196, 43, 28] },
  dark: {
    ink: [245, 245, 248],
    ok: [84, 201, 126],
    busy: [96, 190, 255],
    idle: [176, 176, 184],
    warning: [252, 200, 60],
    error: [255, 122, 108],
  },
};

// Shapes. The icon's side is 1, y points down.
/** @returns {Shape} */
const circle = (/** @type {number} */ cx, /** @type {number} */ cy, /** @type {number} */ r) => (x, y) => Math.hypot(x - cx, y - cy) - r;

/** @returns {Shape} */
const box =
  (/** @type {number} */ cx, /** @type {number} */ cy, /** @type {number} */ w, /** @type {number} */ h, round = 0) =>
  (x, y) => {
    const dx = Math.abs(x - cx) - w / 2 + round;
    const dy = Math.abs(y - cy) - h / 2 + round;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - round;
  };

/** A convex polygon, its corners clockwise on the screen. @returns {Shape} */
const polygon = (/** @type {readonly (readonly [number, number])[]} */ corners) => (x, y) =>
  Math.max(
    ...corners.map(([ax, ay], index) => {
      const [bx, by] = corners[(index + 1) % corners.length] ?? [ax, ay];
      return ((by - ay) * (x - ax) - (bx - ax) * (y - ay)) / Math.hypot(bx - ax, by - ay);
    }),
  );

/** @returns {Shape} */
const line =
  (/** @type {number} */ ax, /** @type {number} */ ay, /** @type {number} */ bx, /** @type {number} */ by, /** @type {number} */ width) =>
  (x, y) => {
    const along = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
    return Math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay)) - width / 2;
  };

/** @returns {Shape} */
const union =
  (/** @type {readonly Shape[]} */ ...shapes) =>
  (x, y) =>
    Math.min(...shapes.map(shape => shape(x, y)));
/** @returns {Shape} */
const without = (/** @type {Shape} */ shape, /** @type {Shape} */ hole) => (x, y) => Math.max(shape(x, y), -hole(x, y));
/** @returns {Shape} */
const grown = (/** @type {Shape} */ shape, /** @type {number} */ by) => (x, y) => shape(x, y) - by;

const bubble = union(
  box(0.47, 0.4, 0.9, 0.68, 0.2),
  polygon([
    [0.16, 0.62],
    [0.42, 0.62],
    [0.16, 0.96],
  ]),
);

// Badges lie in the lower right; what is around them is cut out of the bubble.
const [BX, BY, BR] = [0.69, 0.69, 0.31];
const GAP = 0.07;
const disc = circle(BX, BY, BR);
const square = box(BX, BY, 0.52, 0.52, 0.05);
const triangle = polygon([
  [BX - 0.03, BY - 0.34],
  [BX + 0.31, BY + 0.3],
  [BX - 0.37, BY + 0.3],
]);
const tick = union(line(BX - 0.15, BY + 0.01, BX - 0.04, BY + 0.12, 0.1), line(BX - 0.04, BY + 0.12, BX + 0.15, BY - 0.11, 0.1));
const exclamation = union(line(BX - 0.03, BY - 0.1, BX - 0.03, BY + 0.08, 0.1), circle(BX - 0.03, BY + 0.21, 0.055));
const cross = union(line(BX - 0.2, BY - 0.2, BX + 0.2, BY + 0.2, 0.19), line(BX - 0.2, BY + 0.2, BX + 0.2, BY - 0.2, 0.19));
/** The quarter that a ring leaves open, so that it looks as if it went round. */
const quarter = box(BX + 0.25, BY - 0.25, 0.5, 0.5);

/** @type {Readonly<Record<string, { colour: keyof typeof COLOURS.light, badge: Shape, cut: Shape }>>} */
const STATES = {
  running: { colour: 'ok', badge: without(disc, tick), cut: disc },
  busy: { colour: 'busy', badge: without(without(disc, circle(BX, BY, 0.15)), quarter), cut: disc },
  stopped: { colour: 'idle', badge: square, cut: square },
  warning: { colour: 'warning', badge: without(grown(triangle, 0.01), exclamation), cut: triangle },
  error: { colour: 'error', badge: cross, cut: cross },
};

/** How much of the pixel around (x, y) lies inside, from 0 to 1: sampled, because at 16 pixels every edge is a curve. */
function coverage(/** @type {Shape} */ shape, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ size) {
  const SAMPLES = 4;
  let inside = 0;
  for (let i = 0; i < SAMPLES; i += 1)
    for (let j = 0; j < SAMPLES; j += 1) if (shape((x + (i + 0.5) / SAMPLES) / size, (y + (j + 0.5) / SAMPLES) / size) <= 0) inside += 1;
  return inside / SAMPLES ** 2;
}

/** @returns {Image} */
function draw(/** @type {string} */ state, /** @type {'light' | 'dark'} */ theme, /** @type {number} */ size) {
  const { colour, badge, cut } = STATES[state] ?? { colour: 'idle', badge: square, cut: square };
  const layers = [
    { shape: without(bubble, grown(cut, GAP)), colour: COLOURS[theme].ink },
    { shape: badge, colour: COLOURS[theme][colour] },
  ];
  const pixels = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      // The layers do not overlap: their coverages add up.
      const parts = layers.map(layer => ({ colour: layer.colour, part: coverage(layer.shape, x, y, size) }));
      const alpha = Math.min(
        1,
        parts.reduce((sum, { part }) => sum + part, 0),
      );
      const at = (y * size + x) * 4;
      for (const channel of [0, 1, 2]) {
        const sum = parts.reduce((total, each) => total + (each.colour[channel] ?? 0) * each.part, 0);
        pixels[at + channel] = alpha === 0 ? 0 : Math.round(sum / parts.reduce((total, { part }) => total + part, 0));
      }
      pixels[at + 3] = Math.round(alpha * 255);
    }
  }
  return { size, pixels };
}

/** PNG, 8 bits, RGBA (W3C PNG, sections 5 and 11). */
function png(/** @type {number} */ width, /** @type {number} */ height, /** @type {Uint8Array} */ pixels) {
  const rows = Buffer.alloc(height * (width * 4 + 1));
  for (let y = 0; y < height; y += 1) rows.set(pixels.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(/** @type {string} */ type, /** @type {Buffer} */ data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}

/** ICO with bitmaps up to 48 pixels and a PNG at 256, as Windows itself writes them. */
function ico(/** @type {readonly Image[]} */ images) {
  const bodies = images.map(({ size, pixels }) => (size >= 256 ? png(size, size, pixels) : bitmap(size, pixels)));
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  bodies.forEach((body, index) => {
    const size = images[index]?.size ?? 0;
    const at = 6 + 16 * index;
    // 256 is written as 0.
    head.set([size % 256, size % 256], at);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(body.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += body.length;
  });
  return Buffer.concat([head, ...bodies]);
}

/** BITMAPINFOHEADER of twice the height, pixels bottom-up as BGRA, then the mask of 1 bit that alpha makes superfluous. */
function bitmap(/** @type {number} */ size, /** @type {Uint8Array} */ pixels) {
  const maskRow = Math.ceil(size / 32) * 4;
  const body = Buffer.alloc(40 + size * size * 4 + maskRow * size);
  body.writeUInt32LE(40, 0);
  body.writeInt32LE(size, 4);
  body.writeInt32LE(size * 2, 8);
  body.writeUInt16LE(1, 12);
  body.writeUInt16LE(32, 14);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = ((size - 1 - y) * size + x) * 4;
      const [r = 0, g = 0, b = 0, a = 0] = pixels.subarray(from, from + 4);
      body.set([b, g, r, a], 40 + (y * size + x) * 4);
      if (a === 0)
        body[40 + size * size * 4 + y * maskRow + (x >> 3)] =
          (body[40 + size * size * 4 + y * maskRow + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return body;
}

const THEMES = /** @type {const} */ (['light', 'dark']);

function writeAll(/** @type {string} */ folder) {
  mkdirSync(folder, { recursive: true });
  for (const state of Object.keys(STATES)) {
    for (const theme of THEMES) {
      const name = path.join(folder, `tray-${state}-${theme}`);
      writeFileSync(`${name}.ico`, ico(ICO_SIZES.map(size => draw(state, theme, size))));
      for (const { suffix, size } of PNG_SCALES) writeFileSync(`${name}${suffix}.png`, png(size, size, draw(state, theme, size).pixels));
    }
  }
}

/** Where the sizes of one icon stand on the sheet, in pixels from the corner of its cell. */
const SHEET = [
  { size: 16, left: 10, top: 10 },
  { size: 24, left: 40, top: 10 },
  { size: 32, left: 80, top: 10 },
  { size: 96, left: 32, top: 52 },
];

/** Every state in several sizes on the taskbar that it is made for, and below them the smallest enlarged. */
function sheet() {
  const cell = 160;
  const taskbar = { light: [238, 238, 242], dark: [28, 28, 32] };
  const states = Object.keys(STATES);
  const [width, height] = [states.length * cell, THEMES.length * 2 * cell];
  const pixels = new Uint8Array(width * height * 4);
  THEMES.forEach((theme, row) => {
    states.forEach((state, column) => {
      for (const { size, left, top } of SHEET)
        blit(pixels, width, draw(state, theme, size), column * cell + left, row * 2 * cell + top, 1, taskbar[theme]);
      blit(pixels, width, draw(state, theme, 16), column * cell + 16, (row * 2 + 1) * cell + 16, 8, taskbar[theme]);
    });
  });
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3] !== 0) continue;
    const theme = THEMES[Math.floor(at / 4 / width / (2 * cell))] ?? 'light';
    pixels.set([...taskbar[theme], 255], at);
  }
  return png(width, height, pixels);
}

/** Draws an image enlarged onto a background. */
function blit(
  /** @type {Uint8Array} */ target,
  /** @type {number} */ width,
  /** @type {Image} */ { size, pixels },
  /** @type {number} */ left,
  /** @type {number} */ top,
  /** @type {number} */ scale,
  /** @type {readonly number[]} */ background,
) {
  for (let y = 0; y < size * scale; y += 1) {
    for (let x = 0; x < size * scale; x += 1) {
      const from = (Math.floor(y / scale) * size + Math.floor(x / scale)) * 4;
      const alpha = (pixels[from + 3] ?? 0) / 255;
      const to = ((top + y) * width + left + x) * 4;
      for (const channel of [0, 1, 2])
        target[to + channel] = Math.round((pixels[from + channel] ?? 0) * alpha + (background[channel] ?? 0) * (1 - alpha));
      target[to + 3] = 255;
    }
  }
}

const sheetFile = process.argv[2] === '--sheet' ? process.argv[3] : undefined;
if (sheetFile !== undefined) writeFileSync(sheetFile, sheet());
else writeAll(fileURLToPath(new URL('../build/icons', import.meta.url)));
