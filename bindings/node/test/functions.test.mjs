// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import limen, * as named from 'limen-image';
import { jpeg, picture, png } from './fixtures.mjs';

test('one package for import and require, and every name exported by both', () => {
  const required = createRequire(import.meta.url)('limen-image');
  assert.equal(required, limen);
  for (const name of Object.keys(required)) {
    assert.equal(named[name], required[name], `${name} cannot be imported by name`);
  }
});

test('probe tells what the file is', async () => {
  const info = await limen.probe(await jpeg(320, 200));
  assert.equal(info.format, 'jpeg');
  assert.deepEqual([info.width, info.height, info.chroma, info.hasAlpha], [320, 200, '4:2:0', false]);
  assert.equal(info.jpegQuality, 92);
});

test('transform gives one output for one recipe and as many for many, the same bytes', async () => {
  const source = await jpeg();
  const recipes = [{ width: 160, quality: 80 }, 'w=100&h=100&func=crop&q=70', { width: 200, format: 'webp' }];
  const together = await limen.transform(source, recipes);
  assert.deepEqual(together.map(({ width, height, format }) => [width, height, format]),
    [[160, 120, 'jpeg'], [100, 100, 'jpeg'], [200, 150, 'webp']]);
  for (const [i, recipe] of recipes.entries()) {
    const alone = await limen.transform(source, recipe);
    assert.deepEqual(alone.data, together[i].data);
  }
  assert.equal(together[0].quality, 80);
  assert.equal(together[0].search, undefined);
});

test('a prepared recipe is the recipe as it was then', async () => {
  const source = await jpeg();
  const recipe = { width: 160, quality: 80 };
  const prepared = limen.prepare(recipe);
  recipe.width = 40;
  const { data, width } = await limen.transform(source, prepared);
  assert.equal(width, 160);
  assert.deepEqual((await limen.transform(source, { width: 160, quality: 80 })).data, data);
  assert.equal(limen.prepare(prepared), prepared);
  assert.equal(limen.canonical(prepared), limen.canonical({ width: 160, quality: 80 }));
  assert.equal((await limen.plan(source, prepared)).width, 160);
  assert.equal((await limen.render(source, prepared)).width, 160);
  const mixed = await limen.transform(source, [prepared, 'w=100&q=70', limen.prepare('w=90&q=70'), prepared]);
  assert.deepEqual(mixed.map((output) => output.width), [160, 100, 90, 160]);
  assert.deepEqual(mixed[3].data, data);
});

test('a prepared recipe lives as long as the call that reads it', async () => {
  const source = await jpeg();
  const [want] = await limen.transform(source, [{ width: 200 }]);
  const underWay = [1, 2, 3].map(() => limen.transform(source, limen.prepare({ width: 200 })));
  globalThis.gc();
  await new Promise(setImmediate);
  globalThis.gc();
  for (const output of await Promise.all(underWay)) assert.deepEqual(output.data, want.data);
});

test('what cannot be prepared is refused', async () => {
  assert.throws(() => limen.prepare({ width: -1 }), limen.InvalidArgumentError);
  assert.throws(() => limen.prepare({ size: 1 }), limen.InvalidArgumentError);
  assert.throws(() => limen.prepare('w=x'), limen.InvalidArgumentError);
  const imitation = Object.create(Object.getPrototypeOf(limen.prepare({})));
  await assert.rejects(limen.transform(await jpeg(), imitation), TypeError);
});

test('the default is invisible loss, and the output proves it', async () => {
  const source = await jpeg();
  const output = await limen.transform(source, { width: 300 });
  assert.ok(output.search.reached && output.search.certified);
  assert.ok(output.search.score >= 85);
  const reference = await limen.render(source, { width: 300 });
  const score = await limen.compare(reference, output.data);
  assert.ok(Math.abs(score - output.search.score) < 0.01, `${score} and ${output.search.score}`);
});

test('bytes as a target', async () => {
  const output = await limen.encode(picture(256, 256), { target: { bytes: 9000 }, format: 'webp' });
  assert.ok(output.data.length <= 9000 && output.data.length > 6000);
});

test('WebP halves chroma as asked, and a search says what it made the file by', async () => {
  const original = picture(96, 64);
  const make = (options) => limen.encode(original, { format: 'webp', quality: 70, ...options });
  const [plain, sharp, usual] = await Promise.all([{ sharpYuv: false }, { sharpYuv: true }, {}].map(make));
  assert.notDeepEqual(sharp.data, plain.data);
  assert.deepEqual(usual.data, plain.data);
  for (const sharpYuv of [false, true]) {
    const { search } = await limen.findSmallest(original, { format: 'webp', sharpYuv });
    assert.equal(search.sharpYuv, sharpYuv);
    assert.equal(search.quantizer, undefined);
  }
  const quantizer = async (effort) => (await limen.findSmallest(picture(256, 256), { effort })).search.quantizer;
  assert.equal(await quantizer(1), 'libjpeg');
  assert.equal(await quantizer(4), 'limen');
  await assert.rejects(make({ sharpYuv: 1 }), limen.InvalidArgumentError);
});

test('a JPEG says how its scans are', async () => {
  for (const progressive of [false, true]) {
    const output = await limen.encode(picture(160, 120), { progressive });
    assert.equal(output.progressive, progressive);
    assert.equal((await limen.probe(output.data)).isProgressive, progressive);
  }
  assert.equal((await limen.encode(picture(16, 12), { format: 'webp' })).progressive, undefined);
});

test('pixels in and out: lossless round trip, gray to RGBA', async () => {
  for (const channels of [1, 2, 3, 4]) {
    const original = picture(37, 21, channels);
    const file = await limen.encode(original, { format: 'png' });
    const back = await limen.decode(file.data);
    assert.equal(back.channels, channels);
    assert.deepEqual(Buffer.from(back.data), Buffer.from(original.data));
  }
});

test('16 bits stay 16 bits', async () => {
  const data = Uint16Array.from({ length: 16 * 16 * 3 }, (_, i) => i * 85);
  const file = await limen.encode({ data, width: 16, height: 16, channels: 3 }, { format: 'png' });
  const back = await limen.decode(file.data, { keep16Bit: true });
  assert.ok(back.data instanceof Uint16Array);
  assert.deepEqual(back.data, data);
});

test('raw pixels as the source of a transform', async () => {
  const output = await limen.transform(picture(100, 80), { width: 50, format: 'webp', quality: 80 });
  assert.deepEqual([output.width, output.height, output.format], [50, 40, 'webp']);
});

test('resize takes u8, u16 and float', async () => {
  for (const Sample of [Uint8Array, Uint16Array, Float32Array]) {
    const data = new Sample(40 * 30 * 3).fill(Sample === Float32Array ? 0.5 : 77);
    const small = await limen.resize({ data, width: 40, height: 30, channels: 3 }, { width: 13, height: 7 });
    assert.ok(small.data instanceof Sample);
    assert.equal(small.data.length, 13 * 7 * 3);
    assert.ok(small.data.every((value) => Math.abs(value - data[0]) < 1e-6));
  }
});

test('a mark lands where it should', async () => {
  const base = { data: new Uint8Array(100 * 100 * 3).fill(0), width: 100, height: 100, channels: 3 };
  const white = { data: new Uint8Array(10 * 10 * 3).fill(255), width: 10, height: 10, channels: 3 };
  const rendered = await limen.render(base, {
    marks: [{ name: 'white', gravity: 'southeast', padX: 5, padY: 5 }],
  }, { pictures: { white } });
  const at = (x, y) => rendered.data[(y * 100 + x) * rendered.channels];
  assert.deepEqual([at(84, 84), at(85, 85), at(94, 94), at(95, 95)], [0, 255, 255, 0]);
});

test('plan says what would happen', async () => {
  const plan = await limen.plan(await jpeg(), { width: 100, format: 'webp' });
  assert.deepEqual([plan.width, plan.height, plan.format, plan.searches], [100, 75, 'webp', true]);
  assert.ok(plan.steps.includes('decode') && plan.steps.includes('search'));
  assert.ok(plan.peakBytes > 0);
});

test('canonical: equal wishes have equal keys', () => {
  assert.equal(limen.canonical({ width: 100, dpr: 2 }), limen.canonical({ width: 200 }));
  assert.notEqual(limen.canonical({ width: 100 }), limen.canonical({ width: 101 }));
});

test('keywords are the colours that queries take them for', () => {
  const installed = createRequire(import.meta.url).resolve('limen-image');
  const names = Object.keys(createRequire(installed)('./lib/colors.cjs'));
  assert.ok(names.length > 16);
  for (const background of names) {
    assert.equal(limen.canonical({ background }), limen.canonical(`bg_color=${background}`));
  }
});

test('pickFormat', () => {
  assert.equal(limen.pickFormat('image/avif,image/webp,*/*', ['avif', 'webp', 'jpeg']), 'avif');
  assert.equal(limen.pickFormat('*/*', ['avif', 'webp', 'jpeg']), 'jpeg');
  assert.equal(limen.pickFormat('text/html', ['webp']), null);
});

test('jpg is jpeg where a format is asked for', async () => {
  const source = await png();
  const { data } = await limen.transform(source, { format: 'jpeg', quality: 80 });
  assert.deepEqual((await limen.transform(source, { format: 'jpg', quality: 80 })).data, data);
  assert.deepEqual(await limen(source).toFormat('jpg', { quality: 80 }).toBuffer(), data);
  assert.equal((await limen.encode(picture(8, 8), { target: 'invisible', formats: ['jpg'] })).format, 'jpeg');
  assert.equal(limen.pickFormat('image/jpeg', ['webp', 'jpg']), 'jpeg');
});

test('compare: identical is 100, and worse is less', async () => {
  const original = picture(128, 128);
  assert.equal(await limen.compare(original, original), 100);
  const { data } = await limen.encode(original, { quality: 30 });
  const detailed = await limen.compareDetailed(original, data);
  assert.ok(detailed.score < 90 && detailed.worstBlock <= detailed.score + 1);
  assert.ok(detailed.worstBlockAt.width > 0);
});

test('metadata policy and embedded blocks', async () => {
  const { data } = await limen.encode(picture(16, 16), { xmp: Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>') });
  assert.equal((await limen.probe(data)).hasXmp, true);
  const { data: bare } = await limen.transform(data, { metadata: 'none', width: 8 });
  assert.equal((await limen.probe(bare)).hasXmp, false);
});

test('inputs are copied: changing them at once changes nothing', async () => {
  const source = await jpeg();
  const expected = await limen.transform(source, { width: 99, quality: 80 });
  const mine = Uint8Array.from(source);
  const pending = limen.transform(mine, { width: 99, quality: 80 });
  structuredClone(mine.buffer, { transfer: [mine.buffer] });  // its memory is somebody else's now
  assert.deepEqual((await pending).data, expected.data);
  const offset = new Uint8Array(source.length + 7);
  offset.set(source, 7);
  assert.deepEqual((await limen.transform(offset.subarray(7), { width: 99, quality: 80 })).data, expected.data);
});

test('marks given as files are read like sources', async () => {
  const output = await limen.transform(await jpeg(), {
    width: 100, quality: 80, marks: [{ name: 'logo', ofOutput: 0.2, opacity: 0.6 }],
  }, { pictures: { logo: await png() } });
  assert.equal(output.width, 100);
});
