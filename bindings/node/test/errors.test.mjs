// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import limen from 'limen-image';
import { jpeg, picture, png } from './fixtures.mjs';

const rejects = (promise, Class, pattern, fields = {}) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof Class, `${error.name}: ${error.message}`);
    assert.ok(error instanceof limen.LimenError);
    assert.equal(error.name, Class.name);
    assert.match(error.message, pattern);
    for (const [key, value] of Object.entries(fields)) assert.equal(error[key], value, key);
    return true;
  });

test('each code has a class', async (t) => {
  const source = await jpeg();
  await t.test('invalid argument', () =>
    rejects(limen.transform(source, { width: -1 }), limen.InvalidArgumentError, /width/,
      { code: 'LIMEN_INVALID_ARGUMENT' }));
  await t.test('unsupported', () =>
    rejects(limen.decode(Buffer.from('GIF89a\0\0\0\0\0\0')), limen.UnsupportedError, /GIF/,
      { code: 'LIMEN_UNSUPPORTED' }));
  await t.test('malformed', async () => {
    const broken = Buffer.from(await png());
    broken[broken.indexOf('IHDR') + 9] = 5;  // a colour type that does not exist
    await rejects(limen.decode(broken), limen.MalformedError, /./,
      { code: 'LIMEN_MALFORMED', format: 'png' });
  });
  await t.test('truncated', () =>
    rejects(limen.decode(source.subarray(0, source.length / 2)), limen.TruncatedError, /./,
      { code: 'LIMEN_TRUNCATED', format: 'jpeg' }));
  await t.test('limit exceeded', () =>
    rejects(limen.decode(source, { limits: { pixels: 1000 } }), limen.LimitExceededError, /pixels/,
      { code: 'LIMEN_LIMIT_EXCEEDED', limit: 'pixels', asked: 640 * 480, allowed: 1000 }));
  await t.test('working memory', () =>
    rejects(limen.transform(source, { width: 300 }, { limits: { workingMemory: 100_000 } }),
      limen.LimitExceededError, /working memory/, { limit: 'workingMemory' }));
  await t.test('best effort', async () => {
    const output = await limen.transform(source.subarray(0, source.length / 2),
      { width: 64, quality: 80 }, { bestEffort: true });
    assert.ok(output.damage.length > 0);
  });
});

test('statuses that no input brings about have their classes too', () => {
  const installed = createRequire(import.meta.url).resolve('limen-image');
  const { takeError } = createRequire(installed)('./lib/errors.cjs');
  const codes = ['INVALID_ARGUMENT', 'UNSUPPORTED', 'MALFORMED', 'TRUNCATED', 'LIMIT_EXCEEDED',
    'CANCELLED', 'OUT_OF_MEMORY', 'IO', 'INTERNAL'];
  for (const [i, code] of codes.entries()) {
    const error = takeError(i + 1, null);
    assert.equal(error.code, `LIMEN_${code}`);
    assert.equal(error.message.toUpperCase().replaceAll(' ', '_'), code);
  }
});

test('wrong types are refused by name, and nothing crashes', async () => {
  const source = await jpeg(64, 64);
  for (const wrong of [undefined, null, 7, 'a.jpg', {}, [], Symbol.iterator, new Float64Array(3)]) {
    await rejects(limen.transform(wrong, { width: 10 }), limen.InvalidArgumentError, /input/);
  }
  const recipes = [
    [{ width: '10' }, /width/], [{ width: 1.5 }, /width/], [{ fit: 'squeeze' }, /squeeze/],
    [{ widht: 10 }, /widht/], [{ rotate: NaN }, /rotate/], [{ enlarge: 1 }, /enlarge/],
    [{ marks: 'logo' }, /marks/], [{ marks: [{}] }, /name/], [{ background: 'red-ish' }, /red-ish/],
    [{ background: { r: 1, g: 2, b: 300 } }, /300/], [{ quality: 80, lossless: true }, /exclude/],
    [{ target: {} }, /target/], [{ target: 'unseen' }, /unseen/], ['w=', /w/], ['nonsense=1', /nonsense/],
    [{ gravity: { x: 2, y: 0 } }, /./], [null, /recipe/], [7, /recipe/], [{ formats: 'webp' }, /formats/],
  ];
  for (const [recipe, pattern] of recipes) {
    await rejects(limen.transform(source, recipe), limen.InvalidArgumentError, pattern);
  }
  for (const pixels of [
    undefined, null, source, '/a.png',
    { ...picture(4, 4), width: 5 }, { ...picture(4, 4), channels: 5 }, { ...picture(4, 4), width: 0 },
    { ...picture(4, 4), data: [1, 2, 3] }, { data: new Uint8Array(3), width: 1, height: 1.5, channels: 3 },
  ]) {
    await rejects(limen.encode(pixels), limen.InvalidArgumentError, /pixels/);
  }
  await rejects(limen.resize(picture(4, 4), { width: 1e9, height: 1 }), limen.InvalidArgumentError, /width/);
  await rejects(limen.compare(picture(4, 4), picture(5, 4)), limen.InvalidArgumentError, /./);
  await rejects(limen.transform(source, []), limen.InvalidArgumentError, /no recipe/);
  await rejects(limen.transform(source, { width: 9 }, { picture: {} }), limen.InvalidArgumentError, /picture/);
  for (const path of ['a.jpg', new URL('file:///a.jpg')]) {
    await rejects(limen.probe(path), limen.InvalidArgumentError, /limen\(path\)/);
  }
  await rejects(limen.probe(new Blob([source])), limen.InvalidArgumentError, /Blob/);
  for (const icc of ['profile', [1, 2], { byteLength: 8 }, new Uint16Array(4)]) {
    await rejects(limen.encode(picture(4, 4), { icc }), limen.InvalidArgumentError, /icc/);
  }
  assert.throws(() => limen.pickFormat('image/webp'), limen.InvalidArgumentError);
});

test('a profile may come in an ArrayBuffer', async () => {
  const profile = new Uint8Array(3000).fill(7);
  profile.set(Buffer.from('RGB '), 16);
  profile.set(Buffer.from('acsp'), 36);
  const [viewed, whole] = await Promise.all([profile, profile.buffer].map(
    (icc) => limen.encode(picture(4, 4), { icc })));
  assert.ok(viewed.data.includes(Buffer.from(profile)));
  assert.deepEqual(whole.data, viewed.data);
});

test('what gives promises throws nothing', async () => {
  const source = await jpeg(64, 64);
  const pixels = picture(8, 8);
  const calls = [
    (options) => limen.transform(source, {}, options), (options) => limen.render(source, {}, options),
    (options) => limen.probe(source, options), (options) => limen.plan(source, {}, options),
    (options) => limen.decode(source, options), (options) => limen.encode(pixels, options),
    (options) => limen.findSmallest(pixels, options), (options) => limen.resize(pixels, options),
    (options) => limen.compare(source, source, options), (options) => limen.compareDetailed(source, source, options),
    (options) => limen(source).toBuffer(options),
  ];
  for (const call of calls) {
    for (const wrong of [{ misspelt: 1 }, null, 7, () => {}]) {
      await rejects(call(wrong), limen.InvalidArgumentError, /misspelt|not an object/);
    }
  }
  for (const call of calls.slice(0, 2)) {
    await rejects(call({ signal: 'stop' }), limen.InvalidArgumentError, /signal/);
    await rejects(call({ pictures: null }), limen.InvalidArgumentError, /pictures/);
  }
});

test('empty and huge', async () => {
  await rejects(limen.probe(new Uint8Array(0)), limen.TruncatedError, /./);
  await rejects(limen.decode(new ArrayBuffer(0)), limen.TruncatedError, /./);
  // A JPEG of 16 pixels that promises 65500 x 65500.
  const bomb = Buffer.from(await jpeg(4, 4, { progressive: false }));
  bomb.writeUInt16BE(65500, bomb.indexOf(Buffer.from([0xff, 0xc0])) + 5);
  bomb.writeUInt16BE(65500, bomb.indexOf(Buffer.from([0xff, 0xc0])) + 7);
  await rejects(limen.decode(bomb), limen.LimitExceededError, /pixels/, { limit: 'pixels' });
  await rejects(limen.probe(new Uint8Array(2000), { limits: { inputBytes: 1000 } }),
    limen.LimitExceededError, /input bytes/, { limit: 'inputBytes', asked: 2000, allowed: 1000 });
});

test('an error of several recipes names the one', async () => {
  await rejects(limen.transform(await jpeg(64, 64), [{}, { crop: { left: 60, top: 0, width: 10, height: 10 } }]),
    limen.InvalidArgumentError, /^recipe 1: /);
});
