// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import limen from 'limen-image';
import { jpeg, picture, png } from './fixtures.mjs';

const folder = await mkdtemp(path.join(os.tmpdir(), 'limen-'));
after(() => rm(folder, { recursive: true }));

test('the chain is a recipe', async () => {
  const source = await jpeg();
  const chained = await limen(source).resize(200, 100, { fit: 'contain' }).rotate(90).greyscale()
    .flatten({ background: '#fff' }).webp({ quality: 70, effort: 2 }).toBuffer();
  const { data } = await limen.transform(source, {
    width: 200, height: 100, fit: 'contain', rotate: 90, greyscale: true, background: '#fff',
    format: 'webp', quality: 70, effort: 2,
  });
  assert.deepEqual(chained, data);
});

test('every step changes the recipe', async () => {
  const source = await jpeg(160, 120);
  const steps = {
    resize: [{ width: 60 }], extract: [{ left: 10, top: 10, width: 50, height: 40 }], rotate: [30],
    flip: [], flop: [], blur: [2], sharpen: [], grayscale: [], adjust: [{ brightness: 0.2 }], round: [20],
    composite: [[{ input: await png(), gravity: 'north' }]],
  };
  const plain = await limen(source).png().toBuffer();
  for (const [step, args] of Object.entries(steps)) {
    const changed = await limen(source)[step](...args).png().toBuffer();
    assert.ok(!changed.equals(plain), step);
  }
});

test('trim cuts the border away', async () => {
  const framed = await limen(picture(40, 30)).set({
    width: 60, height: 50, fit: 'contain', background: '#fff',
  }).raw().toBuffer({ resolveWithObject: true });
  const { width, height } = await limen(framed).trim().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([framed.width, framed.height, width, height], [60, 50, 40, 30]);
});

test('streams on both sides', async () => {
  const source = await jpeg();
  const chunks = [];
  for (let i = 0; i < source.length; i += 1000) chunks.push(source.subarray(i, i + 1000));
  const streamed = await buffer(
    Readable.from(chunks).pipe(limen().resize({ width: 100 }).jpeg({ quality: 80 })));
  assert.deepEqual(streamed, await limen(source).resize(100).jpeg({ quality: 80 }).toBuffer());
  const collected = limen();
  Readable.from(chunks).pipe(collected);
  assert.equal((await collected.metadata()).width, 640);
  await assert.rejects(buffer(Readable.from([Buffer.from('no picture at all')]).pipe(limen())),
    limen.UnsupportedError);
});

test('several may wait for what is written, and none waits for a stream that broke', async () => {
  const collected = limen();
  const both = Promise.all([collected.metadata(), collected.resize(10).toBuffer()]);
  collected.end(await jpeg());
  assert.equal((await both)[0].width, 640);
  const broken = limen();
  const made = broken.toBuffer();
  broken.destroy();
  await assert.rejects(made, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
});

test('steps take no options that they would pass over', async () => {
  const chain = limen(await jpeg(64, 64));
  for (const step of [
    () => chain.jpeg(80), () => chain.resize(10, 10, 7), () => chain.flatten('#000'), () => chain.set(null),
    () => chain.flatten({ colour: '#000' }), () => chain.composite({ input: 'a.png' }),
  ]) {
    assert.throws(step, limen.InvalidArgumentError);
  }
});

test('files and URLs', async () => {
  const file = path.join(folder, 'a.jpg');
  await writeFile(file, await jpeg());
  const info = await limen(file).resize(100).toFile(path.join(folder, 'b.webp'));
  assert.deepEqual([info.format, info.width, info.height], ['webp', 100, 75]);
  const written = await readFile(path.join(folder, 'b.webp'));
  assert.equal(written.length, info.size);
  assert.equal((await limen(pathToFileURL(file)).metadata()).format, 'jpeg');
  await assert.rejects(limen(path.join(folder, 'none.jpg')).toBuffer(), { code: 'ENOENT' });
  await assert.rejects(limen(file).toFile(path.join(folder, 'b.gif')), limen.InvalidArgumentError);
  const both = limen(file).resize(20);
  await both.toFile(path.join(folder, 'c.webp'));
  assert.equal((await both.toFile(pathToFileURL(path.join(folder, 'c.png')))).format, 'png');
  const marked = await limen(file).composite([{ input: pathToFileURL(file), scale: 0.1 }]).toBuffer();
  assert.deepEqual(marked, await limen(file).composite([{ input: file, scale: 0.1 }]).toBuffer());
});

test('clone, raw and resolveWithObject', async () => {
  const base = limen(await jpeg()).resize(120);
  const [small, smaller] = [await base.clone().raw().toBuffer({ resolveWithObject: true }),
    await base.clone().resize(60).jpeg({ quality: 50 }).toBuffer({ resolveWithObject: true })];
  assert.deepEqual([small.width, small.height, small.channels], [120, 90, 3]);
  assert.deepEqual([smaller.width, smaller.quality], [60, 50]);
  assert.throws(() => limen().clone(), limen.InvalidArgumentError);
  assert.throws(() => limen(7), limen.InvalidArgumentError);
});

test('raw pixels as input', async () => {
  const file = await limen(picture(50, 40, 4)).resize(25).webp({ lossless: true }).toBuffer();
  const info = await limen.probe(file);
  assert.deepEqual([info.width, info.isLossless, info.hasAlpha], [25, true, true]);
});
