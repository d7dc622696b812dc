// SPDX-License-Identifier: Apache-2.0

// sharp's mozjpeg behind the protocol of runner.py's processes:
//
//   {"do": "open", "path"}                        -> {}
//   {"do": "encode", "quality", "chroma", "path"} -> {"cpu"}: seconds, from pixels to bytes
//   {"do": "decode", "path"}                      -> {}, or an error where libvips warns

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const sharp = createRequire(process.env.PEER_MODULES ?? import.meta.url)('sharp');
sharp.concurrency(1);
sharp.cache(false);

let picture = null;

async function answer(request) {
  switch (request.do) {
    case 'describe':
      return {
        name: 'mozjpeg',
        version: `${sharp.versions.mozjpeg ?? 'unknown'} of sharp ${sharp.versions.sharp}`,
        details: `libvips ${sharp.versions.vips}`,
        threads: false,
      };
    case 'open': {
      const { data, info } = await sharp(request.path).raw().toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      picture = { data, options: { raw: { width, height, channels } } };
      return {};
    }
    case 'encode': {
      const { quality, chroma: chromaSubsampling } = request;
      const cpu = process.cpuUsage();
      const file = await sharp(picture.data, picture.options)
        .jpeg({ mozjpeg: true, quality, chromaSubsampling })
        .toBuffer();
      const used = process.cpuUsage(cpu);
      writeFileSync(request.path, file);
      return { cpu: (used.user + used.system) / 1e6 };
    }
    case 'decode':
      await sharp(request.path, { failOn: 'warning' }).raw().toBuffer();
      return {};
    default:
      throw new Error(`unknown request ${request.do}`);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let reply;
  try {
    reply = await answer(JSON.parse(line));
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
