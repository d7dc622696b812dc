// SPDX-License-Identifier: Apache-2.0
// How long the event loop waits while 32 transforms of a 2-megapixel JPEG run, and how soon an aborted
// signal is answered. In a project that has limen-image installed, as tests/node/install.sh makes one:
//   node event_loop.mjs [photo.jpg]
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const limen = createRequire(`${process.cwd()}/`)('limen-image');

async function madePhoto() {
  const [width, height] = [1800, 1200];
  const data = new Uint8Array(width * height * 3);
  let seed = 1;
  for (let i = 0; i < data.length; ++i) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const [x, y] = [((i / 3) | 0) % width, (i / 3 / width) | 0];
    data[i] = 120 + 90 * Math.sin(x / 53) * Math.cos(y / 41) + (seed >>> 28);
  }
  return (await limen.encode({ data, width, height, channels: 3 }, { quality: 92 })).data;
}

const photo = process.argv[2] ? readFileSync(process.argv[2]) : await madePhoto();
const milliseconds = (nanoseconds) => (nanoseconds / 1e6).toFixed(1);

for (const recipe of [{ width: 400, quality: 80 }, { width: 400 }]) {
  await limen.transform(photo, recipe);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await Promise.all(Array.from({ length: 32 }, () => limen.transform(photo, recipe)));
  delay.disable();
  console.log(`32 transforms, ${JSON.stringify(recipe)}: the loop waits ` +
    `${milliseconds(delay.percentile(50))} ms (median), ${milliseconds(delay.percentile(99))} (99 %), ` +
    `${milliseconds(delay.max)} (most), the timer's own millisecond included`);
}

for (const format of ['jpeg', 'png', 'webp', 'avif']) {
  const waits = [];
  for (let i = 0; i < 9; ++i) {
    const controller = new AbortController();
    const recipe = { format, ...(format === 'avif' && { quality: 60 }) };
    const pending = limen.transform(photo, recipe, { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 15 + 10 * i));
    const start = performance.now();
    controller.abort();
    await pending.catch(() => {});
    waits.push(performance.now() - start);
  }
  waits.sort((a, b) => a - b);
  console.log(`an aborted ${format}: ${waits[4].toFixed(1)} ms (median), ${waits[8].toFixed(1)} (most)`);
}
