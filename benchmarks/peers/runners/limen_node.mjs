// SPDX-License-Identifier: Apache-2.0

// limen by its Node package. With UV_THREADPOOL_SIZE=1 one call works at a time, and where a second one is
// in flight its thread goes on to that without waiting for the event loop.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { serve } from './protocol.mjs';

const limen = createRequire(process.env.PEER_MODULES ?? import.meta.url)('limen-image');

const marks = new Map();

function picturesOf({ mark }) {
  if (!mark) return {};
  if (!marks.has(mark.path)) marks.set(mark.path, readFileSync(mark.path));
  return { mark: marks.get(mark.path) };
}

function recipeOf({ width, height, format, quality }, { mark, settings }) {
  const { shrink, progressive, effort, method } = settings;
  const laid = { name: 'mark', gravity: 'southeast', padX: mark?.pad, padY: mark?.pad };
  return {
    width,
    height,
    fit: 'cover',
    shrink,
    marks: mark ? [laid] : [],
    format,
    quality,
    effort: format === 'webp' ? method : effort,
    progressive,
  };
}

let prepared = { job: null, recipes: [] };

await serve({
  describe: () => ({
    name: 'limen, Node',
    version: limen.version,
    details: `Node ${process.versions.node}`,
  }),
  files: async (source, job) => {
    if (prepared.job !== job) {
      prepared = { job, recipes: job.variants.map((variant) => limen.prepare(recipeOf(variant, job))) };
    }
    const transform = job.settings.sync ? limen.transformSync : limen.transform;
    const made = await transform(source, prepared.recipes, { pictures: picturesOf(job) });
    return made.map(({ data }) => data);
  },
  pixels: () => [],
  inFlight: (count) => limen.concurrency(count),
});
