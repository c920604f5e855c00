// Makes one animated PNG (https://www.w3.org/TR/png-3/#apng-frame-based-animation) of screenshots, without a dependency: half their size,
// one palette for all, and of each picture only the rows that are others than before.
import { chunk, decode, MAX_COLOURS, packed, paletteOf, pngOf, uint32 } from './small-png.mjs';

const FRAME_MS = 1_600;
/** The last one stays before it begins again. */
const LAST_MS = 4_000;

/** @typedef {{ readonly width: number, readonly height: number, readonly colours: Uint32Array }} Picture */

/**
 * @param {readonly Buffer[]} pngs as browsers write them at two device pixels a pixel, in order; they may differ in size
 * @returns {Buffer}
 */
export function animatedPng(pngs) {
  const pictures = pngs.map(png => halved(decode(png)));
  const width = Math.max(...pictures.map(picture => picture.width));
  const height = Math.max(...pictures.map(picture => picture.height));
  const frames = pictures.map(picture => padded(picture, width, height));
  const all = new Uint32Array(frames.length * width * height);
  for (const [at, frame] of frames.entries()) all.set(frame, at * width * height);
  const { palette, indexOf } = limited(paletteOf(all, width));

  let sequence = 0;
  const chunks = frames.flatMap((frame, at) => {
    const { first, last } = changedRows(frames[at - 1], frame, width);
    const rows = packed(frame.subarray(first * width, (last + 1) * width), width, indexOf);
    const delayMs = at === frames.length - 1 ? LAST_MS : FRAME_MS;
    const control = Buffer.concat([
      ...[sequence++, width, last - first + 1, 0, first].map(uint32),
      // Delay as a fraction of a second; what was drawn stays, and is drawn over.
      Buffer.from([delayMs >> 8, delayMs & 0xff, 1_000 >> 8, 1_000 & 0xff, 0, 0]),
    ]);
    // The first picture is also what a reader without animations shows.
    const data = at === 0 ? chunk('IDAT', rows) : chunk('fdAT', Buffer.concat([uint32(sequence++), rows]));
    return [chunk('fcTL', control), data];
  });
  return pngOf(width, height, palette, [chunk('acTL', Buffer.concat([uint32(frames.length), uint32(0)])), ...chunks]);
}

/**
 * Four pixels become one of their mean colour.
 * @param {Picture} picture
 * @returns {Picture}
 */
function halved(picture) {
  const width = picture.width >> 1;
  const height = picture.height >> 1;
  const colours = new Uint32Array(width * height);
  for (let pixel = 0; pixel < colours.length; pixel += 1) {
    const from = Math.floor(pixel / width) * 2 * picture.width + (pixel % width) * 2;
    const four = [from, from + 1, from + picture.width, from + picture.width + 1].map(at => picture.colours[at] ?? 0);
    const mean = (/** @type {number} */ shift) => four.reduce((sum, colour) => sum + ((colour >> shift) & 0xff), 2) >> 2;
    colours[pixel] = (mean(16) << 16) | (mean(8) << 8) | mean(0);
  }
  return { width, height, colours };
}

/**
 * The same on a larger paper of the colour of its corner.
 * @param {Picture} picture
 * @param {number} width
 * @param {number} height
 */
function padded(picture, width, height) {
  const paper = new Uint32Array(width * height).fill(picture.colours[0] ?? 0);
  for (let row = 0; row < picture.height; row += 1)
    paper.set(picture.colours.subarray(row * picture.width, (row + 1) * picture.width), row * width);
  return paper;
}

/**
 * The most frequent colours that fit; every other one is drawn in the nearest of them.
 * @param {{ palette: number[], indexOf: Map<number, number> }} full
 */
function limited({ palette, indexOf }) {
  const kept = palette.slice(0, MAX_COLOURS);
  const stands = palette.map((colour, index) => (index < MAX_COLOURS ? index : nearest(kept, colour)));
  return { palette: kept, indexOf: new Map([...indexOf].map(([colour, index]) => [colour, stands[index] ?? 0])) };
}

/**
 * @param {readonly number[]} palette
 * @param {number} colour
 */
function nearest(palette, colour) {
  const distances = palette.map(other =>
    [16, 8, 0].reduce((sum, shift) => sum + (((other >> shift) & 0xff) - ((colour >> shift) & 0xff)) ** 2, 0),
  );
  return distances.indexOf(Math.min(...distances));
}

/**
 * From the first to the last row that differs; at least one row, because a frame has to have one.
 * @param {Uint32Array | undefined} before
 * @param {Uint32Array} frame
 * @param {number} width
 */
function changedRows(before, frame, width) {
  const rows = frame.length / width;
  if (!before) return { first: 0, last: rows - 1 };
  const differs = (/** @type {number} */ row) => {
    for (let at = row * width; at < (row + 1) * width; at += 1) if (before[at] !== frame[at]) return true;
    return false;
  };
  let first = 0;
  while (first < rows - 1 && !differs(first)) first += 1;
  let last = rows - 1;
  while (last > first && !differs(last)) last -= 1;
  return { first, last };
}
