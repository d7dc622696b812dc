// SPDX-License-Identifier: Apache-2.0

// The runner's end of the protocol of ../runner.py, for peers that are called from Node. A runner
// makes an object with these functions and hands it to serve():
//
//   describe() -> { name, version, details }
//   files(source, job) -> promise of one Buffer a variant: what is timed
//   pixels(source, job) -> the same variants, their pixels before encoding as PNG files; none where it
//                          is a binding of limen, whose files limen's own are compared with
//   inFlight(count) -> nothing; where it is there, it is told how many calls will be under way

import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** @param {Buffer[]} contents @param {string} stem @param {string} suffix */
function write(contents, stem, suffix) {
  return contents.map((content, variant) => {
    const path = `${stem}${variant}${suffix}`;
    writeFileSync(path, content);
    return path;
  });
}

class Server {
  #peer;
  #job = null;
  #sources = [];

  constructor(peer) {
    this.#peer = peer;
  }

  async answer(request) {
    switch (request.do) {
      case 'describe':
        return { ...this.#peer.describe(), threads: false };
      case 'prepare':
        this.#job = request.job;
        this.#sources = request.job.sources.map((path) => readFileSync(path));
        return {};
      case 'run':
        return this.#run(request.passes, request.in_flight ?? 1);
      case 'save':
        return this.#save(request.folder);
      default:
        throw new Error(`unknown request ${request.do}`);
    }
  }

  async #run(passes, inFlight) {
    const wall = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    const count = passes * this.#sources.length;
    this.#peer.inFlight?.(inFlight);
    let next = 0;
    const one = async () => {
      while (next < count) {
        await this.#peer.files(this.#sources[next++ % this.#sources.length], this.#job);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, one));
    const used = process.cpuUsage(cpu);
    return {
      cpu: (used.user + used.system) / 1e6,
      wall: Number(process.hrtime.bigint() - wall) / 1e9,
    };
  }

  async #save(folder) {
    const files = [];
    const pixels = [];
    for (const [index, source] of this.#sources.entries()) {
      const stem = `${folder}/${index}-`;
      files.push(write(await this.#peer.files(source, this.#job), stem, '.file'));
      pixels.push(write(await this.#peer.pixels(source, this.#job), stem, '.png'));
    }
    return { files, pixels };
  }
}

export async function serve(peer) {
  const server = new Server(peer);
  for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
      answer = await server.answer(JSON.parse(line));
    } catch (error) {
      answer = { error: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
