// SPDX-License-Identifier: Apache-2.0

// sharp, each file by its own chain from the original ("direct"), or each size from the next larger
// one, handed on as raw pixels ("cascade"), which is the best that can be made by hand.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { serve } from './protocol.mjs';

const sharp = createRequire(process.env.PEER_MODULES ?? import.meta.url)('sharp');
sharp.concurrency(1);
sharp.cache(false);

const marks = new Map();

function markOf({ path, left, top }) {
  if (!marks.has(path)) marks.set(path, readFileSync(path));
  return { input: marks.get(path), left, top };
}

function sized(chain, { width, height }, job) {
  const picture = chain.resize(width, height || null, { fit: 'cover' });
  return job.mark ? picture.composite([markOf(job.mark)]) : picture;
}

const asFile = (picture, { format, quality }) => picture.toFormat(format, { quality }).toBuffer();
const asPng = (picture) => picture.removeAlpha().png({ compressionLevel: 1 }).toBuffer();

async function direct(source, job, output) {
  const made = [];
  for (const variant of job.variants) {
    made.push(await output(sized(sharp(source), variant, job), variant));
  }
  return made;
}

async function cascade(source, job, output) {
  const made = new Array(job.variants.length);
  const order = job.variants.map((variant, at) => ({ ...variant, at }));
  order.sort((a, b) => b.width - a.width);
  let from = sharp(source);
  for (const variant of order) {
    const { data, info } = await sized(from, variant, job).raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const level = () => sharp(data, { raw: { width, height, channels } });
    made[variant.at] = await output(level(), variant);
    from = level();
  }
  return made;
}

const way = (job) => (job.settings.cascade ? cascade : direct);

await serve({
  describe: () => ({
    name: 'sharp',
    version: sharp.versions.sharp,
    details: `libvips ${sharp.versions.vips}, Node ${process.versions.node}`,
  }),
  files: (source, job) => way(job)(source, job, asFile),
  pixels: (source, job) => way(job)(source, job, asPng),
});
