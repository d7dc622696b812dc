// SPDX-License-Identifier: Apache-2.0
// What a service needs: cancelling, many at once, memory that does not grow, other processes.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import limen from 'limen-image';
import { jpeg, picture } from './fixtures.mjs';

test('an aborted signal stops before, while waiting and during', async () => {
  const source = await jpeg(1600, 1200);
  const reason = new Error('the client has gone');
  const isCancelled = (error) => {
    assert.ok(error instanceof limen.CancelledError, error.stack);
    assert.equal(error.code, 'LIMEN_CANCELLED');
    assert.equal(error.cause, reason);
    return true;
  };
  await assert.rejects(limen.transform(source, {}, { signal: AbortSignal.abort(reason) }), isCancelled);

  const during = new AbortController();
  const pending = limen.transform(source, { effort: 9, formats: ['avif'] }, { signal: during.signal });
  setImmediate(() => during.abort(reason));
  await assert.rejects(pending, isCancelled);

  const before = limen.concurrency();
  limen.concurrency(1);
  const first = limen.transform(source, { width: 400, quality: 80 });
  const waits = new AbortController();
  const second = limen.transform(source, { width: 400, quality: 80 }, { signal: waits.signal });
  waits.abort(reason);
  await assert.rejects(second, isCancelled);
  assert.equal((await first).width, 400);
  limen.concurrency(before);
  assert.throws(() => limen.concurrency(0), limen.InvalidArgumentError);
});

test('32 at once give the same bytes as one after the other, and the event loop goes on', async () => {
  const source = await jpeg(800, 600);
  const widths = Array.from({ length: 32 }, (_, i) => 100 + i);
  let turns = 0;
  let done = false;
  const turn = () => {
    ++turns;
    if (!done) setImmediate(turn);
  };
  turn();
  const together = await Promise.all(
    widths.map((width) => limen.transform(source, { width, quality: 80 })));
  done = true;
  assert.ok(turns > 32, `the event loop went round ${turns} times`);
  for (const [i, width] of widths.entries()) {
    assert.deepEqual((await limen.transform(source, { width, quality: 80 })).data, together[i].data);
  }
});

test('1,000 pictures leave memory and handles where they were', async () => {
  const source = await jpeg(320, 240);
  const handles = () => readdirSync('/proc/self/fd').length;
  const run = async (count) => {
    for (let i = 0; i < count; i += 4) {
      await Promise.all([0, 1, 2, 3].map((j) => (i + j) % 10 === 9
        ? assert.rejects(limen.decode(source.subarray(0, 1000)))
        : limen.transform(source, { width: 160, quality: 80 })));
    }
    globalThis.gc();
    await new Promise(setImmediate);
    globalThis.gc();
    return process.memoryUsage.rss();
  };
  const before = await run(400);
  const handlesBefore = handles();
  const after = await run(1000);
  assert.ok(after < before + 16e6, `${before} bytes before, ${after} after`);
  assert.equal(handles(), handlesBefore);
});

const self = fileURLToPath(new URL('./child.mjs', import.meta.url));

test('a forked child works beside its parent', async () => {
  const source = await jpeg(200, 100);
  const mine = limen.transform(source, { width: 50, quality: 80 });
  const child = fork(self);
  child.send(source.toString('base64'));
  // Both from the start: the end may come right behind the answer.
  const [[answer]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  assert.equal(answer, (await mine).data.toString('base64'));
});

test('worker threads', async () => {
  const source = await jpeg(200, 100);
  const expected = (await limen.transform(source, { width: 50, quality: 80 })).data.toString('base64');
  const answers = await Promise.all([1, 2, 3].map(async () => {
    const worker = new Worker(new URL('./child.mjs', import.meta.url));
    worker.postMessage(source.toString('base64'));
    const [[answer]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    return answer;
  }));
  assert.deepEqual(answers, [expected, expected, expected]);
});

test('encoders have the stack that they want', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif']) {
    const output = await limen.encode(picture(64, 64), { format, effort: 9 });
    assert.equal(output.format, format);
  }
});
