// Makes the PNG of a screenshot small, without a dependency: its colours fit a palette of one byte a pixel.
// What a page draws are areas, which keep their colour, and the soft edges of letters, which have shades to spare.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
export const MAX_COLOURS = 256;
/** The upper half of each sample: colours of edges that agree in it become one. */
const SHADE = 0xf0f0f0;
/** A colour is that of an area where this many of its pixels have it to the left and above as well. */
const AREA_PIXELS = 100;
const TRUE_COLOUR = 2;
const PALETTE = 3;

/**
 * @param {Buffer} png as browsers write the picture of a page: 8 bits a sample, red, green and blue, not interlaced
 * @returns {Buffer}
 */
export function smallPng(png) {
  const { width, height, colours } = decode(png);
  const { palette, indexOf } = paletteOf(colours, width);
  if (palette.length > MAX_COLOURS) throw new Error(`${palette.length} colours do not fit a palette: is this the picture of a page?`);
  return pngOf(width, height, palette, [chunk('IDAT', packed(colours, width, indexOf))]);
}

/**
 * A whole file around the chunks of its picture.
 * @param {number} width
 * @param {number} height
 * @param {readonly number[]} palette
 * @param {readonly Buffer[]} chunks
 */
export function pngOf(width, height, palette, chunks) {
  const header = Buffer.from([...uint32(width), ...uint32(height), 8, PALETTE, 0, 0, 0]);
  const colours = Buffer.from(palette.flatMap(colour => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('PLTE', colours), ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

/**
 * Rows of palette indices, compressed. A byte before each row says how it is filtered: not at all.
 * @param {Uint32Array} colours
 * @param {number} width
 * @param {ReadonlyMap<number, number>} indexOf
 */
export function packed(colours, width, indexOf) {
  const rows = Buffer.alloc((width + 1) * (colours.length / width));
  for (const [pixel, colour] of colours.entries())
    rows[Math.floor(pixel / width) * (width + 1) + 1 + (pixel % width)] = indexOf.get(colour) ?? 0;
  return deflateSync(rows, { level: 9 });
}

/**
 * Every colour of an area, and for the others the most frequent one of each shade, which stands for all of them.
 * @param {Uint32Array} colours
 * @param {number} width
 */
export function paletteOf(colours, width) {
  const counts = countOf(colours);
  const areas = countOf(colours.filter((colour, pixel) => colour === colours[pixel - 1] && colour === colours[pixel - width]));
  /** @type {Map<number, number>} */
  const indexOf = new Map();
  /** @type {Map<number, number>} */
  const indexOfShade = new Map();
  /** @type {number[]} */
  const palette = [];
  for (const [colour] of [...counts].sort(([, one], [, other]) => other - one)) {
    const known = (areas.get(colour) ?? 0) < AREA_PIXELS ? indexOfShade.get(colour & SHADE) : undefined;
    const index = known ?? palette.push(colour) - 1;
    indexOf.set(colour, index);
    if (!indexOfShade.has(colour & SHADE)) indexOfShade.set(colour & SHADE, index);
  }
  return { palette, indexOf };
}

/** @param {Uint32Array} colours */
function countOf(colours) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  return counts;
}

/**
 * Every pixel as 0xRRGGBB, row by row.
 * @param {Buffer} png
 */
export function decode(png) {
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('this is no PNG');
  const chunks = [...chunksOf(png)];
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(0);
  if (header[8] !== 8 || header[9] !== TRUE_COLOUR || header[12] !== 0) throw new Error('this PNG is not as browsers write them');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const samples = unfiltered(inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))), width * 3);
  return { width, height, colours: Uint32Array.from({ length: width * height }, (_, pixel) => samples.readUIntBE(pixel * 3, 3)) };
}

/**
 * Undoes the filters of PNG (https://www.w3.org/TR/png-3/#9Filters).
 * @param {Buffer} filtered rows of one filter byte and `rowBytes` samples
 * @param {number} rowBytes
 */
function unfiltered(filtered, rowBytes) {
  const rows = filtered.length / (rowBytes + 1);
  const samples = Buffer.alloc(rows * rowBytes);
  for (let row = 0; row < rows; row += 1) {
    const filter = filtered[row * (rowBytes + 1)];
    for (let at = 0; at < rowBytes; at += 1) {
      const here = row * rowBytes + at;
      const left = at >= 3 ? (samples[here - 3] ?? 0) : 0;
      const above = samples[here - rowBytes] ?? 0;
      const aboveLeft = at >= 3 ? (samples[here - rowBytes - 3] ?? 0) : 0;
      samples[here] = (filtered[row * (rowBytes + 1) + 1 + at] ?? 0) + predicted(filter, left, above, aboveLeft);
    }
  }
  return samples;
}

/**
 * @param {number | undefined} filter
 * @param {number} left
 * @param {number} above
 * @param {number} aboveLeft
 */
function predicted(filter, left, above, aboveLeft) {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, aboveLeft);
    default:
      return 0;
  }
}

/**
 * @param {number} left
 * @param {number} above
 * @param {number} aboveLeft
 */
function paeth(left, above, aboveLeft) {
  const guess = left + above - aboveLeft;
  const toLeft = Math.abs(guess - left);
  const toAbove = Math.abs(guess - above);
  const toAboveLeft = Math.abs(guess - aboveLeft);
  if (toLeft <= toAbove && toLeft <= toAboveLeft) return left;
  return toAbove <= toAboveLeft ? above : aboveLeft;
}

/** @param {Buffer} png */
function* chunksOf(png) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const bytes = png.readUInt32BE(at);
    yield { type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + bytes) };
    at += 12 + bytes;
  }
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
export function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))]);
}

/** @param {number} value */
export function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
