import { encodeQR } from 'qr';
import { decodeQR } from 'qr/decode.js';

/** A QR code as a terminal shows it: two rows of modules a line, light ones drawn. */
export const drawCode = (text: string): string => encodeQR(text, 'ascii', { ecc: 'low' });

/** The two modules of a character, the upper and the lower: whether each is light. */
const modules: Readonly<Record<string, readonly [boolean, boolean]>> = {
  '█': [true, true],
  '▀': [true, false],
  '▄': [false, true],
  ' ': [false, false],
};

/** Pixels a side of a module: as coarse as a camera may see it. */
const scale = 4;

/** Reads the code off the terminal as a camera would: characters to pixels, pixels to text. @throws when it sees none */
export const readPicture = (picture: string): string => {
  const lines = picture.split('\n').filter((line) => line.length > 0);
  const light = lines.flatMap((line) => {
    const cells = line.split('').map((character) => modules[character] ?? [false, false]);
    return [cells.map(([upper]) => upper), cells.map(([, lower]) => lower)];
  });
  const width = (light[0]?.length ?? 0) * scale;
  const height = light.length * scale;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const shade = light[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true ? 255 : 0;
      data.fill(shade, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return decodeQR({ width, height, data });
};
