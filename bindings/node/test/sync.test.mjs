// SPDX-License-Identifier: Apache-2.0
// The calls that the caller's thread waits for, beside those that it does not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import limen from 'limen-image';
import { jpeg, picture, png } from './fixtures.mjs';

const source = await jpeg();
const logo = await png();
const folder = mkdtempSync(path.join(os.tmpdir(), 'limen-'));
after(() => rmSync(folder, { recursive: true }));

const small = { width: 160, quality: 80 };

/** Outputs, but for what depends on the memory that was there already. */
const lasting = (made) => [made].flat().map(({ peakBytes, ...rest }) => {
  assert.ok(peakBytes > 0);
  return rest;
});
const same = (now, later) => assert.deepEqual(lasting(now), lasting(later));

test('the same outputs', async () => {
  const recipes = [small, 'w=100&h=100&func=crop&q=70', limen.prepare({ width: 200, format: 'webp' })];
  const outputs = limen.transformSync(source, recipes);
  same(outputs, await limen.transform(source, recipes));
  same(limen.transformSync(source, small), outputs[0]);
  assert.ok(outputs[0].data instanceof Buffer);
  assert.deepEqual(limen.renderSync(source, small), await limen.render(source, small));
  assert.deepEqual(limen.renderSync(source), await limen.render(source));
  assert.deepEqual(limen.probeSync(source), await limen.probe(source));
});

test('every kind of input', async () => {
  const expected = limen.transformSync(source, small).data;
  const behind = new Uint8Array(source.length + 7);
  behind.set(source, 7);
  const shared = new Uint8Array(new SharedArrayBuffer(source.length));
  shared.set(source);
  for (const input of [behind.subarray(7), behind.buffer.slice(7), shared]) {
    assert.deepEqual(limen.transformSync(input, small).data, expected);
  }
  for (const pixels of [picture(40, 30), picture(3, 2, 1),
    { data: Uint16Array.from({ length: 24 }, (_, i) => i * 999), width: 4, height: 2, channels: 3 }]) {
    same(limen.transformSync(pixels, { format: 'png' }), await limen.transform(pixels, { format: 'png' }));
  }
  const marked = { ...small, marks: [{ name: 'logo' }, { name: 'pixels', gravity: 'north' }] };
  const pictures = { logo, pixels: picture(9, 9) };
  same(limen.transformSync(source, marked, { pictures }), await limen.transform(source, marked, { pictures }));
});

test('what comes out stays as it is, whatever later calls do', () => {
  const first = limen.transformSync(source, small);
  const then = Buffer.from(first.data);
  for (let i = 0; i < 20; ++i) limen.transformSync(source, { width: 100 + i, quality: 60 });
  assert.deepEqual(first.data, then);
});

const bomb = Buffer.from(await jpeg(4, 4, { progressive: false }));
bomb.writeUInt16BE(65500, bomb.indexOf(Buffer.from([0xff, 0xc0])) + 5);
bomb.writeUInt16BE(65500, bomb.indexOf(Buffer.from([0xff, 0xc0])) + 7);
const broken = Buffer.from(logo);
broken[broken.indexOf('IHDR') + 9] = 5; // a colour type that does not exist

const refusals = [
  ['a wrong width', [source, { width: -1 }], 'InvalidArgumentError', /width/],
  ['no recipe', [source, []], 'InvalidArgumentError', /no recipe/],
  ['a recipe of several', [source, [{}, { crop: { left: 639, top: 0, width: 9, height: 9 } }]], 'InvalidArgumentError', /^recipe 1: /],
  ['a misspelt option', [source, small, { picture: {} }], 'InvalidArgumentError', /picture/],
  ['a signal', [source, small, { signal: AbortSignal.abort() }], 'InvalidArgumentError', /signal/],
  ['a GIF', [Buffer.from('GIF89a\0\0\0\0\0\0'), small], 'UnsupportedError', /GIF/],
  ['a broken PNG', [broken, small], 'MalformedError', /./, { format: 'png' }],
  ['half a file', [source.subarray(0, 1000), small], 'TruncatedError', /./, { format: 'jpeg' }],
  ['nothing', [new Uint8Array(0), small], 'TruncatedError', /./],
  ['a bomb', [bomb, small], 'LimitExceededError', /pixels/, { limit: 'pixels' }],
  ['working memory', [source, small, { limits: { workingMemory: 100_000 } }], 'LimitExceededError', /working memory/,
    { limit: 'workingMemory' }],
  ...[undefined, null, 7, 'a.jpg', {}, [], new Float64Array(3), Promise.resolve(source)].map((wrong) =>
    [`an input that is ${String(wrong)}`, [wrong, small], 'InvalidArgumentError', /input/]),
];
for (const [what, args, name, pattern, fields = {}] of refusals) {
  test(`${what} is refused as by transform()`, async () => {
    for (const call of [limen.transformSync, limen.renderSync]) {
      if (call === limen.renderSync && Array.isArray(args[1])) continue;
      assert.throws(() => call(...args), (error) => {
        assert.ok(error instanceof limen[name], error.stack);
        assert.equal(error.name, name);
        assert.match(error.message, pattern);
        for (const [key, value] of Object.entries(fields)) assert.equal(error[key], value, key);
        return true;
      });
    }
    if (args[2]?.signal) return;
    const thrown = await limen.transform(...args).catch((error) => error);
    assert.throws(() => limen.transformSync(...args), { message: thrown.message, code: thrown.code });
  });
}

test('probing says no too, and best effort goes on', () => {
  assert.throws(() => limen.probeSync(new Uint8Array(0)), limen.TruncatedError);
  assert.throws(() => limen.probeSync(source, { limits: { inputBytes: 1000 } }), limen.LimitExceededError);
  assert.throws(() => limen.probeSync(source, { signal: undefined }), limen.InvalidArgumentError);
  assert.throws(() => limen.probeSync(picture(4, 4)), limen.LimenError);
  const half = source.subarray(0, source.length / 2);
  assert.ok(limen.transformSync(half, small, { bestEffort: true }).damage.length > 0);
});

test('an input that a getter gives away is refused', () => {
  const options = (input) => ({
    get bestEffort() {
      structuredClone(input.buffer, { transfer: [input.buffer] });
      return false;
    },
  });
  const file = Uint8Array.from(source);
  assert.throws(() => limen.transformSync(file, small, options(file)), limen.InvalidArgumentError);
  const pixels = picture(40, 30);
  assert.throws(() => limen.transformSync(pixels, small, options(pixels.data)), limen.InvalidArgumentError);
  const smaller = new Uint8Array(4);
  const first = picture(40, 30);
  let times = 0;
  const changing = { ...first, get data() { return times++ === 0 ? first.data : smaller; } };
  assert.deepEqual(limen.transformSync(changing, { format: 'png' }).data,
    limen.transformSync(first, { format: 'png' }).data);
});

test('a call within a call, and beside those under way', async () => {
  const expected = limen.transformSync(source, small).data;
  const underWay = [1, 2, 3, 4].map(() => limen.transform(source, small));
  let within;
  const outer = limen.transformSync(source, small, {
    get bestEffort() {
      within = limen.transformSync(source, small);
      return false;
    },
  });
  for (const { data } of [outer, within, ...await Promise.all(underWay)]) assert.deepEqual(data, expected);
});

test('the chain', async () => {
  const chain = limen(source).resize(120).composite([{ input: logo }]).jpeg({ quality: 70 });
  assert.deepEqual(chain.toBufferSync(), await chain.toBuffer());
  const whole = chain.toBufferSync({ resolveWithObject: true });
  assert.deepEqual([whole.width, whole.format], [120, 'jpeg']);
  const raw = limen(source).resize(50).raw();
  assert.deepEqual(raw.toBufferSync(), await raw.toBuffer());
  assert.equal(raw.toBufferSync({ resolveWithObject: true }).width, 50);

  const file = path.join(folder, 'a.jpg');
  const mark = path.join(folder, 'b.png');
  writeFileSync(file, source);
  writeFileSync(mark, logo);
  for (const input of [file, pathToFileURL(file)]) {
    assert.deepEqual(limen(input).resize(120).composite([{ input: mark }]).jpeg({ quality: 70 }).toBufferSync(),
      await chain.toBuffer());
  }
  assert.throws(() => limen(path.join(folder, 'none.jpg')).toBufferSync(), { code: 'ENOENT' });
  assert.throws(() => limen().toBufferSync(), limen.InvalidArgumentError);
  assert.throws(() => limen(source, { signal: AbortSignal.abort() }).toBufferSync(), limen.InvalidArgumentError);
  assert.throws(() => limen(source).resize(-1).toBufferSync(), limen.InvalidArgumentError);
  assert.throws(() => limen(source, { limits: { pixels: 9 } }).toBufferSync(), limen.LimitExceededError);
});

test('worker threads, with every encoder at its slowest', async () => {
  const recipes = ['jpeg', 'png', 'webp', 'avif'].map((format) => ({ width: 64, format, quality: 60, effort: 9 }));
  const expected = limen.transformSync(source, recipes).map(({ data }) => data.toString('base64'));
  const answers = await Promise.all([1, 2].map(async () => {
    const worker = new Worker(new URL('./sync_child.mjs', import.meta.url));
    worker.postMessage({ source, recipes });
    const [[answer]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    return answer;
  }));
  assert.deepEqual(answers, [expected, expected]);
});

test('worker threads that have ended hold no memory', async () => {
  const large = await jpeg(2400, 1600);
  const run = async (count) => {
    for (let i = 0; i < count; ++i) {
      const worker = new Worker(new URL('./sync_child.mjs', import.meta.url));
      worker.postMessage({ source: large, recipes: [{ quality: 60, effort: 1, sharpen: 1 }] });
      await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    }
    globalThis.gc();
    return process.memoryUsage.rss();
  };
  const before = await run(3);
  const after = await run(8);
  assert.ok(after < before + 60e6, `${before} bytes before, ${after} after`);
});

test('500 pictures in a loop that waits for nothing leave memory where it was', () => {
  const run = (count) => {
    for (let i = 0; i < count; ++i) {
      if (i % 10 === 9) assert.throws(() => limen.transformSync(source.subarray(0, 1000), small));
      else limen.transformSync(source, small);
    }
    return process.memoryUsage.rss();
  };
  const before = run(200);
  const after = run(500);
  assert.ok(after < before + 16e6, `${before} bytes before, ${after} after`);
});
