// The pictures of README are screenshots made small: a browser must read them, and nobody may see a difference.
import { expect, it } from 'vitest';
import { smallPng } from '../../scripts/small-png.mjs';
import { describeInChromium } from '../support/chromium.ts';

/** Paints a picture onto a canvas and gives its size and samples (red, green, blue, alpha). */
const READ = `async png => {
  const picture = new Image();
  picture.src = 'data:image/png;base64,' + png;
  await picture.decode();
  const paper = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
  paper.drawImage(picture, 0, 0);
  return { width: picture.width, samples: [...paper.getImageData(0, 0, picture.width, picture.height).data] };
}`;

describeInChromium('a small picture', browser => {
  it('shows the same page in less bytes: areas exactly, soft edges within a shade', async () => {
    const page = await browser().newPage({ viewport: { width: 300, height: 120 } });
    await page.setContent(
      '<body style="background: #fff; font: 16px sans-serif">Stopped unexpectedly.<pre style="background: #f6f6f8; height: 40px">A log',
    );
    const png = await page.screenshot();
    const small = smallPng(png);
    expect(small.length).toBeLessThan(png.length);
    const read = async (picture: Buffer) =>
      (await page.evaluate(`(${READ})('${picture.toString('base64')}')`)) as { width: number; samples: number[] };
    const [before, after] = [await read(png), await read(small)];
    expect(after.width).toBe(before.width);
    const at = (x: number, y: number) => after.samples.slice((y * after.width + x) * 4).slice(0, 3);
    expect([at(0, 0), at(200, 70)]).toEqual([
      [0xff, 0xff, 0xff],
      [0xf6, 0xf6, 0xf8],
    ]);
    const differences = before.samples.map((sample, index) => Math.abs(sample - (after.samples[index] ?? Number.NaN)));
    expect(Math.max(...new Set(differences))).toBeLessThan(16);
    await page.close();
  });

  it('is made of a picture of a page and of nothing else', () => {
    expect(() => smallPng(Buffer.from('GIF89a'))).toThrow('this is no PNG');
  });
});
