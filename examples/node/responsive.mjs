// SPDX-License-Identifier: Apache-2.0
// node responsive.mjs input.jpg mark.png folder: five widths with a watermark, each the smallest JPEG
// whose loss nobody sees.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import limen from 'limen-image';

const [input, mark, folder] = process.argv.slice(2);
const widths = [160, 320, 480, 640, 960];
const recipes = widths.map((width) => ({
  width,
  fit: 'inside',
  format: 'jpeg',
  target: 'invisible',
  marks: [
    { name: 'mark', gravity: 'southeast', ofOutput: 0.2, padX: 16, padY: 16, opacity: 0.6 },
  ],
}));

const pictures = { mark: await readFile(mark) };
const outputs = await limen.transform(await readFile(input), recipes, { pictures });
for (const [i, { data, search }] of outputs.entries()) {
  await writeFile(path.join(folder, `${widths[i]}.jpg`), data);
  console.log(`${widths[i]}.jpg: ${data.length} bytes, score ${search.score.toFixed(1)}`);
}
