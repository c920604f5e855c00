// The pictures of README are screenshots made small: a browser must read them, and nobody may see a difference.
import { expect, it } from 'vitest';
import { animatedPng } from '../../demo/pictures/animated-png.mjs';
import { smallPng } from '../../demo/pictures/small-png.mjs';
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

/** Colours of a point in every frame of an animated picture, and how long each stays, in milliseconds. */
const PLAY = `async (png, x, y) => {
  const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
  const decoder = new ImageDecoder({ data: bytes, type: 'image/png' });
  await decoder.tracks.ready;
  await decoder.completed;
  const frames = [];
  for (let frameIndex = 0; frameIndex < decoder.tracks.selectedTrack.frameCount; frameIndex += 1) {
    const { image } = await decoder.decode({ frameIndex });
    const paper = new OffscreenCanvas(image.displayWidth, image.displayHeight).getContext('2d');
    paper.drawImage(image, 0, 0);
    frames.push([image.displayHeight, image.duration / 1000, ...paper.getImageData(x, y, 1, 1).data.slice(0, 3)]);
  }
  return frames;
}`;

describeInChromium('an animated picture', browser => {
  it('shows one screenshot after the other, the last one longer, each whole', async () => {
    const page = await browser().newPage({ viewport: { width: 200, height: 100 }, deviceScaleFactor: 2 });
    // Only a secure context may look into pictures.
    await page.route('http://pictures.localhost/', route => route.fulfill({ body: '<body></body>', contentType: 'text/html' }));
    await page.goto('http://pictures.localhost/');
    const pictures: Buffer[] = [];
    for (const [colour, height] of [
      ['#ff0000', 60],
      ['#ff0000', 60],
      ['#0000ff', 100],
    ] as const) {
      await page.setViewportSize({ width: 200, height });
      await page.evaluate(
        `document.body.innerHTML = 'text<p style="position: fixed; margin: 0; inset: 30px 0 0; height: 20px; background: ${colour}">'`,
      );
      pictures.push(await page.screenshot());
    }
    const frames = await page.evaluate(`(${PLAY})('${animatedPng(pictures).toString('base64')}', 100, 40)`);
    expect(frames).toEqual([
      [100, 1_600, 255, 0, 0],
      [100, 1_600, 255, 0, 0],
      [100, 4_000, 0, 0, 255],
    ]);
    await page.close();
  });
});
