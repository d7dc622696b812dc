// SPDX-License-Identifier: Apache-2.0
// lib/structs.cjs repeats limen.h; tests/consume/c_abi.txt is what a compiler makes of that.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const list = ['./c_abi.txt', '../../../tests/consume/c_abi.txt']
  .map((name) => new URL(name, import.meta.url)).find((url) => existsSync(url));
const structs = createRequire(createRequire(import.meta.url).resolve('limen-image'))('./lib/structs.cjs');

/** { name: { bytes, fields: { name: { at, bytes } } } } */
function readList() {
  const found = {};
  for (const line of readFileSync(list, 'utf8').split('\n')) {
    const [, whole, size] = /^struct limen_(\w+): (\d+) bytes$/.exec(line) ?? [];
    if (whole) found[whole] = { bytes: Number(size), fields: {} };
    const [, owner, field, at, bytes] = /^ {2}limen_(\w+)\.(\w+) at (\d+), (\d+) bytes: /.exec(line) ?? [];
    if (owner) found[owner].fields[field] = { at: Number(at), bytes: Number(bytes) };
  }
  return found;
}

const inHeader = readList();
const { pointer: _pointer, ...ours } = structs;

test('the list is there', () => assert.ok(Object.keys(inHeader).length > 15));

for (const [name, Struct] of Object.entries(ours)) {
  test(`limen_${name} is as limen.h has it`, () => {
    const { bytes, fields } = inHeader[name];
    assert.deepEqual(Struct.fields, fields);
    assert.equal(Struct.bytes, bytes);
  });
}
