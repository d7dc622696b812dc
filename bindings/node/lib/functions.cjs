// SPDX-License-Identifier: Apache-2.0
// The library's functions, one by one; index.d.ts describes them.
'use strict';

const { native } = require('./native.cjs');
const { Memory } = require('./memory.cjs');
const { takeError, InvalidArgumentError, OutOfMemoryError, formatNames } = require('./errors.cjs');
const { call, callNow } = require('./call.cjs');
const {
  recipeOptions, encodeOptions, limitsOf, rectOf, choose, number, flag, checkKeys, checkObject, formatNumbers,
  filters, chromas,
} = require('./recipe.cjs');
const {
  pixelsOf, targetOf, sourceOf, plainSourceOf, picturesOf, takeOutputs, outputFrom, takeImage, isPixels, rectFrom,
} = require('./pictures.cjs');

const models = ['gray', 'rgb', 'ycbcr', 'palette', 'cmyk', 'ycck'];

function makeRecipe(recipe) {
  const memory = Memory.take();
  const { result: made, error } = memory;
  const status = typeof recipe === 'string'
    ? native.limen_recipe_parse(memory.text(recipe), made.address, error.address)
    : native.limen_recipe_create(recipeOptions(recipe, memory), made.address, error.address);
  const [handle, problem] = [made.value, error.value];
  memory.release();
  if (status !== 0) throw takeError(status, problem);
  return handle;
}

/** A recipe that has been read once and is freed with this object. */
class PreparedRecipe {
  #handle;
  #owner;

  constructor(recipe) {
    this.#handle = makeRecipe(recipe);
    this.#owner = native.recipe_owner(this.#handle);
  }

  static handleOf(prepared) {
    return prepared.#handle;
  }
}

const prepare = (recipe) => (recipe instanceof PreparedRecipe ? recipe : new PreparedRecipe(recipe));

/** What a call reads its recipes by, until free(): of prepared ones their own handles. */
class Handles {
  #made = []; // freed as soon as the call that needed them is over
  #prepared = []; // not before it is over
  values = [];

  constructor(recipes) {
    try {
      for (const recipe of recipes) this.values.push(this.#handleOf(recipe));
    } catch (error) {
      this.free();
      throw error;
    }
  }

  #handleOf(recipe) {
    if (recipe instanceof PreparedRecipe) {
      this.#prepared.push(recipe);
      return PreparedRecipe.handleOf(recipe);
    }
    const handle = makeRecipe(recipe);
    this.#made.push(handle);
    return handle;
  }

  free() {
    this.#made.forEach(native.limen_recipe_free);
    this.#made.length = this.#prepared.length = 0;
  }
}

// How a function calls the library, and which options that lets it have.
const limitKeys = ['limits', 'signal'];
const later = { call, keys: ['bestEffort', 'pictures', ...limitKeys], probeKeys: limitKeys };
const now = { call: callNow, keys: ['bestEffort', 'pictures', 'limits'], probeKeys: ['limits'] };

function transformOptions({ limits, bestEffort = false, pictures = {} }, memory) {
  checkObject(pictures, 'pictures');
  if (limits === undefined && bestEffort === false && Object.keys(pictures).length === 0) return null;
  return memory.struct('transform_options', {
    limits: limitsOf(limits, memory),
    best_effort: flag(bestEffort, 'bestEffort'),
    ...picturesOf(pictures, memory),
  }).address;
}

function transformBy(how, input, recipe, options) {
  checkKeys(options, how.keys, 'options');
  const several = Array.isArray(recipe);
  const handles = new Handles(several ? recipe : [recipe]);
  return how.call('transform', {
    signal: options.signal,
    limit: options.limits?.workingMemory ?? 0,
    withStructs: false,
    prepare: (memory) => {
      const args = plainSourceOf(input, memory);
      args.push(handles.values, transformOptions(options, memory));
      return args;
    },
    finish: (outputs) => (several ? outputs.map(outputFrom) : outputFrom(outputs[0])),
    over: () => handles.free(),
  });
}

function renderBy(how, input, recipe, options) {
  checkKeys(options, how.keys, 'options');
  const handles = new Handles([recipe]);
  return how.call('limen_render', {
    signal: options.signal,
    limit: options.limits?.workingMemory ?? 0,
    result: 'pointer',
    prepare: (memory) => [sourceOf(input, memory), handles.values[0], transformOptions(options, memory)],
    finish: takeImage,
    over: () => handles.free(),
  });
}

const transform = async (input, recipe, options = {}) => transformBy(later, input, recipe, options);
const transformSync = (input, recipe, options = {}) => transformBy(now, input, recipe, options);
const render = async (input, recipe = {}, options = {}) => renderBy(later, input, recipe, options);
const renderSync = (input, recipe = {}, options = {}) => renderBy(now, input, recipe, options);

function infoFrom(info) {
  return {
    format: formatNames[info.format],
    width: info.upright_width,
    height: info.upright_height,
    storedWidth: info.width,
    storedHeight: info.height,
    orientation: info.orientation,
    frames: info.frames,
    bitDepth: info.bit_depth,
    model: models[info.model],
    chroma: chromas[info.chroma],
    hasAlpha: info.has_alpha !== 0,
    isLossless: info.is_lossless !== 0,
    isProgressive: info.is_progressive !== 0,
    hasGainMap: info.has_gain_map !== 0,
    hasIccProfile: info.has_icc_profile !== 0,
    hasExif: info.has_exif !== 0,
    hasXmp: info.has_xmp !== 0,
    hasIptc: info.has_iptc !== 0,
    ...(info.jpeg_quality > 0 && { jpegQuality: info.jpeg_quality }),
  };
}

function probeBy(how, input, options) {
  checkKeys(options, how.probeKeys, 'options');
  return how.call('limen_probe', {
    signal: options.signal,
    withExecution: false,
    result: 'info',
    prepare: (memory) => [sourceOf(input, memory), limitsOf(options.limits, memory)],
    finish: infoFrom,
  });
}

const probe = async (input, options = {}) => probeBy(later, input, options);
const probeSync = (input, options = {}) => probeBy(now, input, options);

async function plan(input, recipe = {}, options = {}) {
  checkKeys(options, ['limits', 'signal'], 'options');
  const handles = new Handles([recipe]);
  try {
    return await call('limen_plan_create', {
      signal: options.signal,
      withExecution: false,
      result: 'pointer',
      prepare: (memory) => [sourceOf(input, memory), handles.values[0], limitsOf(options.limits, memory)],
      finish: ({ value: made }, memory) => {
        try {
          const read = memory.struct('plan_view');
          native.limen_plan_read(made, read.address);
          return {
            width: read.width,
            height: read.height,
            format: formatNames[read.format],
            crop: rectFrom(read.crop),
            scaleEighths: read.scale_eighths,
            searches: read.searches !== 0,
            mayKeepSource: read.may_keep_source !== 0,
            flattens: read.flattens !== 0,
            bitDepth: read.bit_depth,
            peakBytes: read.peak_bytes,
            color: native.text(read.color),
            colorSource: native.text(read.source),
            path: native.text(read.path),
            steps: native.texts(read.steps, read.step_count),
            notes: native.texts(read.notes, read.note_count),
          };
        } finally {
          native.limen_plan_free(made);
        }
      },
    });
  } finally {
    handles.free();
  }
}

async function decode(input, options = {}) {
  checkKeys(options,
    ['signal', 'limits', 'bestEffort', 'region', 'keep16Bit', 'upright', 'toSrgb'], 'options');
  return call('limen_decode', {
    signal: options.signal,
    limit: options.limits?.workingMemory ?? 0,
    result: 'pointer',
    prepare: (memory) => {
      const into = memory.struct('decode_options');
      into.limits = limitsOf(options.limits, memory);
      for (const [key, field] of Object.entries({
        bestEffort: 'best_effort', keep16Bit: 'keep_16_bit', upright: 'upright', toSrgb: 'to_srgb',
      })) {
        if (options[key] !== undefined) into[field] = flag(options[key], key);
      }
      if (options.region !== undefined) into.region = rectOf(options.region, 'region');
      return [sourceOf(input, memory), into.address];
    },
    finish: takeImage,
  });
}

async function encode(pixels, options = {}) {
  checkObject(options, 'options');
  const { signal, ...rest } = options;
  const [output] = await call('limen_encode', {
    signal,
    result: 'pointer',
    prepare: (memory) => [pixelsOf(pixels, memory), encodeOptions(rest, memory)],
    finish: takeOutputs,
  });
  return output;
}

async function findSmallest(pixels, options = {}) {
  checkObject(options, 'options');
  return encode(pixels, { target: 'invisible', ...options });
}

async function resize(pixels, options) {
  checkKeys(options, ['width', 'height', 'filter', 'linearLight', 'source', 'signal'], 'options');
  const { width, height } = options;
  // Made while the arguments are, once the sizes are known to be sizes.
  let target = null;
  return call('limen_resize', {
    signal: options.signal,
    prepare: (memory) => {
      const into = memory.struct('resize_options');
      if (options.filter !== undefined) into.filter = choose(filters, options.filter, 'filter');
      if (options.linearLight !== undefined) {
        into.linear_light = flag(options.linearLight, 'linearLight');
      }
      if (options.source !== undefined) {
        checkKeys(options.source, ['left', 'top', 'width', 'height'], 'source');
        into.source_x = number(options.source.left, 'source.left');
        into.source_y = number(options.source.top, 'source.top');
        into.source_width = number(options.source.width, 'source.width');
        into.source_height = number(options.source.height, 'source.height');
      }
      const from = pixelsOf(pixels, memory);
      target = emptyPixels(pixels, width, height);
      return [from, targetOf(target, memory, 'target'), into.address];
    },
    finish: () => target,
  });
}

function emptyPixels({ data, channels }, width, height) {
  for (const [name, side] of Object.entries({ width, height })) {
    if (!Number.isInteger(side) || side < 1 || side > 65535) {
      throw new InvalidArgumentError(`${name}: ${String(side)} is not between 1 and 65535`);
    }
  }
  const samples = width * height * channels;
  try {
    return { data: new data.constructor(new ArrayBuffer(samples * data.BYTES_PER_ELEMENT)), width, height, channels };
  } catch (cause) {
    throw new OutOfMemoryError(`there is no memory for ${width}x${height} pixels`, { cause });
  }
}

/** The worse a candidate looks beside its original, the lower its score. */
async function compareDetailed(original, candidate, options = {}) {
  checkKeys(options, ['signal', 'limits'], 'options');
  const pixels = async (input) =>
    isPixels(input) ? input : decode(input, { signal: options.signal, limits: options.limits });
  const [a, b] = await Promise.all([pixels(original), pixels(candidate)]);
  return call('limen_compare', {
    signal: options.signal,
    limit: options.limits?.workingMemory ?? 0,
    result: 'comparison',
    prepare: (memory) => [pixelsOf(a, memory, 'original'), pixelsOf(b, memory, 'candidate')],
    finish: ({ score, worst_block, worst_block_at }) => {
      return { score, worstBlock: worst_block, worstBlockAt: rectFrom(worst_block_at) };
    },
  });
}

const compare = async (...all) => (await compareDetailed(...all)).score;

function canonical(recipe) {
  const handles = new Handles([recipe]);
  try {
    return native.limen_recipe_canonical(handles.values[0]);
  } finally {
    handles.free();
  }
}

function pickFormat(accept, allowed) {
  if (typeof accept !== 'string') throw new InvalidArgumentError('accept: not a string');
  const formats = formatNumbers(allowed, 'allowed');
  const memory = Memory.take();
  const picked = native.limen_pick_format(memory.text(accept), memory.ints(formats), formats.length);
  memory.release();
  return picked < 0 ? null : formatNames[picked];
}

module.exports = {
  transform, transformSync, render, renderSync, probe, probeSync, plan, decode, encode, findSmallest, resize,
  compare, compareDetailed, canonical, prepare, pickFormat,
};
