// SPDX-License-Identifier: Apache-2.0
// Compiled, never run: what must type-check, and what must not.
import limen, { transform, compare, LimitExceededError, type FormatName, type Recipe, type Output } from 'limen-image';

const recipe: Recipe = { width: 800, fit: 'inside', target: { score: 80 }, gravity: { x: 0, y: 1 } };
const bytes = new Uint8Array(4);

export const one: Output = await transform(bytes, recipe);
export const many: Output[] = await transform(bytes, [recipe, 'w=100&q=invisible']);
export const prepared: Output = await transform(bytes, limen.prepare(recipe));
export const buffer: Buffer = await limen(bytes).resize({ width: 10 }).webp({ target: 'invisible' })
  .toBuffer();
export const now: Output = limen.transformSync(bytes, recipe, { bestEffort: true });
export const manyNow: Output[] = limen.transformSync(bytes, ['w=100', limen.prepare(recipe)]);
export const pixelsNow: Uint8Array | Uint16Array = limen.renderSync(bytes).data;
export const side: number = limen.probeSync(bytes).width;
export const bufferNow: Buffer = limen(bytes).toBufferSync();
export const outputNow: Output = limen('a.jpg').toBufferSync({ resolveWithObject: true });
export const output: Output = await limen('a.jpg').toBuffer({ resolveWithObject: true });
export const name: FormatName = 'jpg';
export const score: number = await compare(bytes, bytes, { signal: AbortSignal.timeout(1) });
export const small = await limen.resize(
  { data: new Uint16Array(3), width: 1, height: 1, channels: 3 }, { width: 2, height: 2 });
export const samples: Uint16Array = small.data;

try {
  await limen.decode(bytes);
} catch (error) {
  if (error instanceof LimitExceededError) console.log(error.limit, error.asked, error.allowed);
}

// @ts-expect-error: no such fit
await transform(bytes, { fit: 'squeeze' });
// @ts-expect-error: no signal can stop it
limen.transformSync(bytes, recipe, { signal: AbortSignal.timeout(1) });
// @ts-expect-error: not of prepare()'s making
const imitation: limen.PreparedRecipe = {};
// @ts-expect-error: a quality is a number
await limen.encode({ data: bytes, width: 2, height: 2, channels: 1 }, { quality: 'high' });
// @ts-expect-error: paths are the chain's
await transform('a.jpg', recipe);
