// SPDX-License-Identifier: Apache-2.0
// The lines that docs/coming-from.md gives to those who come from sharp.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import limen from 'limen-image';
import { jpeg, picture, png } from './fixtures.mjs';

const page = ['./coming-from.md', '../../../docs/coming-from.md']
  .map((name) => new URL(name, import.meta.url)).find((url) => existsSync(url));
const section = /^## From sharp\n(.*?)^## /ms.exec(readFileSync(page, 'utf8'))[1];
const cells = [...section.matchAll(/^\| `.*?` \| `(.*)` \|$/gm)].map(([, cell]) => cell);

test('the table is there', () => assert.ok(cells.length > 25, `${cells.length} lines`));

const input = await jpeg(200, 120);
const logo = await png(20, 10);
const { data, width, height } = picture(30, 20);
for (const cell of cells) {
  test(cell, async () => {
    const readable = Readable.from([input]);
    const writable = new Writable({ write: (_chunk, _encoding, done) => done() });
    const values = { limen, input, logo, data, width, height, readable, writable };
    const result = await new Function(...Object.keys(values), `return ${cell}`)(...Object.values(values));
    if (result === writable) await new Promise((resolve) => writable.once('finish', resolve));
    assert.ok(result);
    if (result instanceof Uint8Array) assert.ok((await limen.probe(result)).width > 0);
  });
}
