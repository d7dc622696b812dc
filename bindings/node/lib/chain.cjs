// SPDX-License-Identifier: Apache-2.0
// limen(input).resize(…).webp(…).toBuffer(): the way in which users of sharp write it.
'use strict';

const { Duplex } = require('node:stream');
const { finished } = require('node:stream/promises');
const { readFileSync } = require('node:fs');
const { readFile, writeFile } = require('node:fs/promises');
const { InvalidArgumentError, formatNames } = require('./errors.cjs');
const { isBytes, isPath } = require('./bytes.cjs');
const { checkKeys, checkList, checkObject } = require('./recipe.cjs');
const { isPixels } = require('./pictures.cjs');
const { transform, transformSync, render, renderSync, probe } = require('./functions.cjs');

const bufferOf = ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

const extensions = { jpg: 'jpeg', jpeg: 'jpeg', png: 'png', webp: 'webp', avif: 'avif' };

/** One picture, what is to be done to it, and a stream: write a file's bytes, read the result's. */
class Limen extends Duplex {
  #input;
  #options;
  #recipe = {};
  #pictures = {};
  #written = [];
  #raw = false;
  #reading = false;
  #collects = false; // what is written, as its input

  constructor(input, options = {}) {
    super();
    if (input !== undefined && !isPath(input) && !isBytes(input) && !isPixels(input)) {
      throw new InvalidArgumentError('input: neither bytes, nor raw pixels, nor a path');
    }
    checkKeys(options, ['signal', 'limits', 'bestEffort'], 'options');
    this.#input = input;
    this.#options = options;
    this.#collects = input === undefined;
  }

  /** Any option of a recipe. */
  set(recipe) {
    checkObject(recipe, 'recipe');
    Object.assign(this.#recipe, recipe);
    return this;
  }

  /** resize(width), resize(width, height), resize({ width, height, fit, … }). */
  resize(width, height, options = {}) {
    if (width !== null && typeof width === 'object') return this.set(width);
    checkObject(options, 'resize');
    return this.set({ width: width ?? undefined, height: height ?? undefined, ...options });
  }
  extract(crop) {
    return this.set({ crop });
  }
  trim(tolerance = 10) {
    return this.set({ trim: tolerance });
  }
  /** Degrees counter-clockwise; EXIF's orientation is always applied first. */
  rotate(degrees) {
    return this.set({ rotate: degrees });
  }
  /** Mirrored top to bottom. */
  flip(flipVertical = true) {
    return this.set({ flipVertical });
  }
  /** Mirrored left to right. */
  flop(flipHorizontal = true) {
    return this.set({ flipHorizontal });
  }
  blur(sigma) {
    return this.set({ blur: sigma });
  }
  sharpen(options = 1) {
    return this.set({ sharpen: options });
  }
  greyscale(greyscale = true) {
    return this.set({ greyscale });
  }
  grayscale(greyscale = true) {
    return this.greyscale(greyscale);
  }
  /** brightness, contrast, gamma, saturation. */
  adjust(options) {
    checkKeys(options, ['brightness', 'contrast', 'gamma', 'saturation'], 'adjust');
    return this.set(options);
  }
  /** Transparency is laid on this colour. */
  flatten(options = {}) {
    checkKeys(options, ['background'], 'flatten');
    return this.set({ background: options.background ?? '#ffffff' });
  }
  /** Rounded corners. */
  round(radius) {
    return this.set({ radius });
  }
  /** A picture on top: [{ input, gravity, scale, ofOutput, padX, padY, opacity, tile, … }]. */
  composite(layers) {
    checkList(layers, 'composite');
    const marks = layers.map(({ input, ...mark }) => {
      const name = `layer ${Object.keys(this.#pictures).length}`;
      this.#pictures[name] = input;
      return { ...mark, name };
    });
    return this.set({ marks: [...(this.#recipe.marks ?? []), ...marks] });
  }
  withMetadata(metadata = 'keep') {
    return this.set({ metadata });
  }

  toFormat(format, options = {}) {
    checkObject(options, String(format));
    this.#raw = false;
    return this.set({ format, ...options });
  }
  jpeg(options) {
    return this.toFormat('jpeg', options);
  }
  png(options) {
    return this.toFormat('png', options);
  }
  webp(options) {
    return this.toFormat('webp', options);
  }
  avif(options) {
    return this.toFormat('avif', options);
  }
  /** No file: pixels, in toBuffer() and as a stream. */
  raw() {
    this.#raw = true;
    return this;
  }

  /** The same steps for another input or with other steps behind them. */
  clone() {
    if (this.#input === undefined) {
      throw new InvalidArgumentError('clone: a stream cannot be read twice; collect its bytes first');
    }
    const copy = new Limen(this.#input, this.#options);
    copy.#recipe = { ...this.#recipe };
    copy.#pictures = { ...this.#pictures };
    copy.#raw = this.#raw;
    return copy;
  }

  async metadata() {
    const { signal, limits } = this.#options;
    return probe(await this.#bytes(), { signal, limits });
  }

  /** The file's bytes; with { resolveWithObject: true } everything that is known of it. */
  async toBuffer(options = {}) {
    checkKeys(options, ['resolveWithObject'], 'toBuffer');
    const output = await this.#run();
    return options.resolveWithObject ? output : bufferOf(output);
  }

  /** The same, while the caller's thread waits: for scripts and worker threads. */
  toBufferSync({ resolveWithObject = false } = {}) {
    const { signal, ...options } = this.#options;
    if (signal) throw new InvalidArgumentError('toBufferSync: no signal can stop it');
    if (this.#collects) throw new InvalidArgumentError('toBufferSync: a stream has to be waited for');
    const input = isPath(this.#input) ? readFileSync(this.#input) : this.#input;
    const pictures = {};
    for (const [name, picture] of Object.entries(this.#pictures)) {
      pictures[name] = isPath(picture) ? readFileSync(picture) : picture;
    }
    const output = (this.#raw ? renderSync : transformSync)(input, this.#recipe, { ...options, pictures });
    return resolveWithObject ? output : bufferOf(output);
  }

  /** Writes the file, in the format that its name ends with unless another was asked for. */
  async toFile(path) {
    if (this.#raw) throw new InvalidArgumentError('toFile: raw pixels are no file');
    let recipe = this.#recipe;
    if (recipe.format === undefined && recipe.formats === undefined) {
      const extension = /\.(\w+)$/.exec(String(path))?.[1]?.toLowerCase();
      const format = extensions[extension];
      if (!format) {
        throw new InvalidArgumentError(
          `toFile: '${String(path)}' ends with none of ${formatNames.join(', ')}`);
      }
      recipe = { ...recipe, format }; // the next file may have another name
    }
    const { data, ...about } = await this.#run(recipe);
    await writeFile(path, data);
    return { ...about, size: data.byteLength };
  }

  async #bytes() {
    if (this.#collects) await finished(this, { readable: false });
    // Who else waited may have been here.
    if (this.#collects) {
      this.#input = Buffer.concat(this.#written);
      this.#written = [];
      this.#collects = false;
    }
    return isPath(this.#input)
      ? readFile(this.#input, { signal: this.#options.signal })
      : this.#input;
  }

  async #run(recipe = this.#recipe) {
    const input = await this.#bytes();
    const pictures = {};
    for (const [name, picture] of Object.entries(this.#pictures)) {
      pictures[name] = isPath(picture) ? await readFile(picture) : picture;
    }
    const options = { ...this.#options, pictures };
    return (this.#raw ? render : transform)(input, recipe, options);
  }

  _write(chunk, _encoding, done) {
    if (!this.#collects) {
      done(new InvalidArgumentError('there is an input already; nothing can be written'));
      return;
    }
    this.#written.push(chunk);
    done();
  }

  _read() {
    if (this.#reading) return;
    this.#reading = true;
    this.#run().then(
      (output) => {
        this.push(bufferOf(output));
        this.push(null);
      },
      (error) => this.destroy(error),
    );
  }
}

module.exports = { Limen };
