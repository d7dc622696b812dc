#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Packs what npm publishes: limen-image, and limen-image-<platform> with the library, its codecs and the
// module that calls it, which is compiled here: Node-API, so one for every Node.
//   node pack.mjs path/to/liblimen.so folder headers
// The headers are node_api.h's folder, such as that of the package node-api-headers.
// The libraries that liblimen needs are copied beside it under names of their own, so that a process
// which has another libjpeg loaded does not lend it to limen, and find each other by $ORIGIN. What every
// Linux has (glibc, libstdc++, libgcc) stays the system's, as in Python's manylinux. Needs patchelf, and
// Debian's copyright files for the licences.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [library, folder, headers] = process.argv.slice(2);
if (!library || !folder || !headers) {
  console.error('usage: pack.mjs liblimen.so.0 folder headers');
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
  run(process.env.CXX ?? 'c++', '-std=c++20', '-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared',
    '-fvisibility=hidden', '-I', path.join(here, '..', '..', 'include'), '-isystem', headers,
    path.join(here, 'src', 'addon.cc'), path.join(place, path.basename(library)),
    '-Wl,-rpath,$ORIGIN', '-o', path.join(place, 'limen.node'));
  writeFileSync(path.join(place, 'THIRD_PARTY_LICENCES'),
    run('python3', path.join(here, '..', 'licences.py'), library));
  writeFileSync(path.join(place, 'package.json'), JSON.stringify({
    name,
    version: manifest.version,
    description: `liblimen, its codecs and its module for ${manifest.name} on ${process.platform} ${process.arch}`,
    license: manifest.license,
    os: [process.platform],
    cpu: [process.arch],
    libc: ['glibc'],
    files: ['limen.node', '*.so*', 'THIRD_PARTY_LICENCES'],
  }, null, 2));
  return place;
}

mkdirSync(folder, { recursive: true });
for (const place of [packPlatform(), here]) {
  const [{ filename }] = JSON.parse(
    run('npm', 'pack', '--json', '--pack-destination', path.resolve(folder), path.resolve(place)));
  console.log(path.join(folder, filename));
}
