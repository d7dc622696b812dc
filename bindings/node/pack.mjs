#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Packs what npm publishes: limen-image, and limen-image-<platform> with the library and its codecs.
//   node pack.mjs path/to/liblimen.so folder
// The libraries that liblimen needs are copied beside it under names of their own, so that a process
// which has another libjpeg loaded does not lend it to limen, and find each other by $ORIGIN. What every
// Linux has (glibc, libstdc++, libgcc) stays the system's, as in Python's manylinux. Needs patchelf, and
// Debian's copyright files for the licences.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [library, folder] = process.argv.slice(2);
if (!library || !folder) {
  console.error('usage: pack.mjs liblimen.so.0 folder');
  process.exit(2);
}
const here = path.dirname(fileURLToPath(import.meta.url));
const manifest = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
const systems = /^(linux-vdso|ld-linux|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+)[.-]/;

const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8' });

/** Everything that `file` loads, the system's libraries apart: [name, path]. */
function needs(file) {
  const found = [];
  for (const line of run('ldd', file).split('\n')) {
    const [, name, where] = /^\s*(\S+) => (.*?)(?: \(0x[0-9a-f]+\))?$/.exec(line) ?? [];
    if (!name || systems.test(name)) continue;
    if (where === 'not found') throw new Error(`${file} needs ${name}, which is not there`);
    found.push([name, where]);
  }
  return found;
}

const ownName = (name) => name.replace(/^(lib[^.]*?)(\.so.*)$/, '$1-limen$2');

function packPlatform() {
  const name = `limen-image-${process.platform}-${process.arch}`;
  const place = path.join(folder, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const renames = needs(library).map(([old, from]) => [old, ownName(old), from]);
  const files = [[path.basename(library), library], ...renames.map(([, to, from]) => [to, from])];
  for (const [to, from] of files) {
    const copy = path.join(place, to);
    copyFileSync(from, copy);
    chmodSync(copy, 0o755);
    const needed = run('patchelf', '--print-needed', copy).split('\n');
    const replaced = renames.filter(([old]) => needed.includes(old))
      .flatMap(([old, own]) => ['--replace-needed', old, own]);
    run('patchelf', '--set-rpath', '$ORIGIN', '--set-soname', to, ...replaced, copy);
  }
  writeFileSync(path.join(place, 'THIRD_PARTY_LICENCES'),
    run('python3', path.join(here, '..', 'licences.py'), library));
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({
    name,
    version: manifest.version,
    description: `liblimen and its codecs for ${manifest.name} on ${process.platform} ${process.arch}`,
    license: manifest.license,
    os: [process.platform],
    cpu: [process.arch],
    libc: ['glibc'],
    files: ['*.so*', 'THIRD_PARTY_LICENCES'],
  }, null, 2));
  return place;
}

mkdirSync(folder, { recursive: true });
for (const place of [packPlatform(), here]) {
  const [{ filename }] = JSON.parse(
    run('npm', 'pack', '--json', '--pack-destination', path.resolve(folder), path.resolve(place)));
  console.log(path.join(folder, filename));
}
