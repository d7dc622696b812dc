// SPDX-License-Identifier: Apache-2.0
// What goes into the library and comes out of it: files, raw pixels, results.
'use strict';

const { native } = require('./native.cjs');
const { InvalidArgumentError, formatNames } = require('./errors.cjs');
const bytes = require('./bytes.cjs');
const { chromas } = require('./recipe.cjs');

const quantizers = ['libjpeg', 'limen'];

const samples = [Uint8Array, Uint16Array, Float32Array];

const isPixels = (value) => value !== null && typeof value === 'object' && 'channels' in value;

/** Bytes of a file as a Uint8Array view. */
const bytesOf = (value, what = 'input') =>
  bytes.bytesOf(value, what, ' and no raw pixels ({ data, width, height, channels })');

/** Refuses what is not { data, width, height, channels }; gives the index of the sample's type. */
function checkPixels(value, what) {
  const { data, width, height, channels } = value;
  const sample =
    data instanceof Uint8ClampedArray ? 0 : samples.findIndex((type) => data instanceof type);
  if (sample < 0) {
    throw new InvalidArgumentError(`${what}: data is no Uint8Array, Uint16Array or Float32Array`);
  }
  for (const [name, side] of Object.entries({ width, height })) {
    if (!Number.isInteger(side) || side < 1 || side > 0x7fffffff) {
      throw new InvalidArgumentError(`${what}: ${name} is ${String(side)}`);
    }
  }
  if (![1, 2, 3, 4].includes(channels)) {
    throw new InvalidArgumentError(`${what}: ${String(channels)} channels are none of 1, 2, 3, 4`);
  }
  if (data.length !== width * height * channels) {
    throw new InvalidArgumentError(
      `${what}: ${data.length} samples are not ${width}x${height}x${channels}`);
  }
  return sample;
}

/** limen_pixels around samples at `address`. */
function pixelsAt(address, { data, width, height, channels }, sample, memory) {
  return memory.struct('pixels', {
    data: address,
    width,
    height,
    stride: width * channels * data.BYTES_PER_ELEMENT,
    sample,
    layout: channels - 1,
    alpha: 0,
  }).address;
}

/** { data, width, height, channels } as limen_pixels. */
function pixelsOf(value, memory, what = 'pixels') {
  if (!isPixels(value)) {
    throw new InvalidArgumentError(
      `${what}: ${bytes.typeOf(value)} is not { data, width, height, channels }`);
  }
  const { data, width, height, channels } = value;
  const once = { data, width, height, channels }; // a getter might say something else the next time
  const sample = checkPixels(once, what);
  return pixelsAt(memory.input(data), once, sample, memory);
}

/** The same for a call to write to: `value.data` itself, which nobody else may have yet. */
function targetOf(value, memory, what) {
  const sample = checkPixels(value, what);
  return pixelsAt(memory.address(value.data), value, sample, memory);
}

/** A file or raw pixels as limen_source. */
function sourceOf(input, memory) {
  const into = memory.struct('source');
  if (isPixels(input)) {
    into.pixels = pixelsOf(input, memory, 'input');
  } else {
    const bytes = bytesOf(input);
    into.bytes = { data: memory.input(bytes), size: bytes.length };
  }
  return into.address;
}

/** The same for what makes a limen_source of a file itself: its address, or a file's and its size. */
function plainSourceOf(input, memory) {
  if (isPixels(input)) return [sourceOf(input, memory), null, 0];
  const bytes = bytesOf(input);
  return [null, memory.input(bytes), bytes.length];
}

/** { name: file or pixels } as an array of limen_named_picture. */
function picturesOf(pictures, memory) {
  const entries = Object.entries(pictures);
  const all = memory.structs('named_picture', entries.length);
  entries.forEach(([name, picture], i) => {
    const into = all[i];
    into.name = memory.text(name);
    if (isPixels(picture)) {
      into.pixels = pixelsOf(picture, memory, `picture '${name}'`);
    } else {
      const bytes = bytesOf(picture, `picture '${name}'`);
      into.bytes = { data: memory.input(bytes), size: bytes.length };
    }
  });
  return {
    pictures: all.length > 0 ? all[0].address : null,
    picture_count: all.length,
  };
}

const rectFrom = ({ x, y, width, height }) => ({ left: x, top: y, width, height });

/**
 * One finished file and what was done for it, from the fields that the module reads. Taken apart by a
 * pattern they would cost a call each: this is not compiled before some thousand calls.
 */
function outputFrom(fields) {
  const made = {
    data: fields[0],
    format: formatNames[fields[1]],
    width: fields[2],
    height: fields[3],
    bitDepth: fields[4],
    hasAlpha: fields[5] !== 0,
    chroma: chromas[fields[8]],
    keptSource: fields[10] !== 0,
    color: fields[12],
    colorSource: fields[13],
    droppedMetadata: fields[15],
    notes: fields[16],
    peakBytes: fields[11],
  };
  const mode = fields[6];
  if (made.format === 'jpeg') made.progressive = fields[9] !== 0;
  if (mode === 4) made.quality = fields[7];
  if (mode === 5) made.lossless = true;
  if (mode === 6) made.nearLossless = fields[7];
  if (fields[14]) made.damage = fields[14];
  if (fields[17]) made.search = searchFrom(fields[17], made.format);
  return made;
}

function searchFrom([score, worstBlock, x, y, width, height, reached, certified, evaluations, encodes,
  quantizer, sharpYuv], format) {
  return {
    score,
    worstBlock,
    worstBlockAt: rectFrom({ x, y, width, height }),
    reached: reached !== 0,
    certified: certified !== 0,
    evaluations,
    encodes,
    ...(format === 'jpeg' && { quantizer: quantizers[quantizer] }),
    ...(format === 'webp' && { sharpYuv: sharpYuv !== 0 }),
  };
}

/** All of a limen_outputs, which is freed. */
const takeOutputs = ({ value: outputs }) => native.take_outputs(outputs).map(outputFrom);

/** Pixels of a limen_image, which is freed: rows without gaps between them. */
function takeImage({ value: image }, memory) {
  try {
    const pixels = memory.struct('pixels');
    native.limen_image_pixels(image, pixels.address);
    const { data, width, height, stride: step, sample, layout } = pixels;
    const channels = layout === 4 ? 4 : layout + 1;
    const Sample = samples[sample];
    const rowBytes = width * channels * Sample.BYTES_PER_ELEMENT;
    const rows = native.bytes(data, step * (height - 1) + rowBytes);
    const packed = step === rowBytes ? rows : Buffer.allocUnsafeSlow(rowBytes * height);
    if (packed !== rows) {
      for (let y = 0; y < height; ++y) rows.copy(packed, y * rowBytes, y * step, y * step + rowBytes);
    }
    const typed = new Sample(packed.buffer, packed.byteOffset, width * channels * height);
    return { data: typed, width, height, channels };
  } finally {
    native.limen_image_free(image);
  }
}

module.exports = {
  isPixels, pixelsOf, targetOf, sourceOf, plainSourceOf, picturesOf, takeOutputs, outputFrom,
  takeImage, rectFrom,
};
