// SPDX-License-Identifier: Apache-2.0
// Recipes and options as JavaScript writes them, turned into the C ABI's structs.
'use strict';

const { bytesOf } = require('./bytes.cjs');
const colors = require('./colors.cjs');
const { InvalidArgumentError, formatNames } = require('./errors.cjs');

/** The index of `value` in a list of names, or an error that lists them. */
function choose(names, value, what) {
  const index = names.indexOf(value);
  if (index < 0) {
    throw new InvalidArgumentError(
      `${what}: '${String(value)}' is none of ${names.filter((name) => name !== null).join(', ')}`);
  }
  return index;
}

function number(value, what) {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new InvalidArgumentError(`${what}: ${describe(value)} is not a number`);
  }
  return value;
}

function integer(value, what) {
  if (!Number.isInteger(value) || Math.abs(value) > 0x7fffffff) {
    throw new InvalidArgumentError(`${what}: ${describe(value)} is not an integer of 32 bits`);
  }
  return value;
}

function flag(value, what) {
  if (typeof value !== 'boolean') {
    throw new InvalidArgumentError(`${what}: ${describe(value)} is neither true nor false`);
  }
  return value ? 1 : 0;
}

function describe(value) {
  if (typeof value === 'function') return 'a function';
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function checkObject(value, what) {
  if (value === null || typeof value !== 'object') {
    throw new InvalidArgumentError(`${what}: ${describe(value)} is not an object`);
  }
}

function checkList(value, what) {
  if (!Array.isArray(value)) throw new InvalidArgumentError(`${what}: ${describe(value)} is not an array`);
}

/** Refuses what is no key of `known`, a list or an object: a misspelt option must not be passed over. */
function checkKeys(value, known, what) {
  checkObject(value, what);
  for (const key of Object.keys(value)) {
    if (!(Array.isArray(known) ? known.includes(key) : Object.hasOwn(known, key))) {
      throw new InvalidArgumentError(`${what}: there is no option '${key}'`);
    }
  }
}

const fits = ['cover', 'contain', 'fill', 'inside', 'outside'];
const compass = [
  'center', 'north', 'northeast', 'east', 'southeast', 'south', 'southwest', 'west', 'northwest',
];
const focusUnits = ['source-pixels', 'source-fraction', 'resized-fraction'];
const filters = [
  'nearest', 'box', 'triangle', 'hermite', 'mitchell', 'catmull-rom', 'lanczos2', 'lanczos3',
];
const shrinks = ['exact', 'fine', 'coarse'];
const chromas = ['automatic', '4:4:4', '4:2:2', '4:2:0', '4:4:0', '4:1:1', '4:1:0', 'gray', 'other'];
const depths = ['automatic', 'eight'];
const policies = ['none', 'copyright', 'keep'];
const targets = ['invisible', 'flicker-proof'];
const fidelity = { score: 2, bytes: 3, quality: 4, lossless: 5, nearLossless: 6 };
const focusGravity = 9;

/** '#rgb', '#rrggbb', '#rrggbbaa', a keyword or { r, g, b, alpha } with alpha from 0 to 1. */
function parseColor(value, what) {
  if (typeof value === 'string') {
    const text = Object.hasOwn(colors, value) ? colors[value] : value;
    const digits = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text)?.[1];
    if (!digits) {
      throw new InvalidArgumentError(
        `${what}: '${value}' is neither #rgb, #rrggbb, #rrggbbaa nor one of ${Object.keys(colors).join(', ')}`);
    }
    const full = digits.length === 3 ? digits.replace(/./g, '$&$&') : digits;
    const [red, green, blue, alpha = 255] = full.match(/../g).map((pair) => parseInt(pair, 16));
    return { red, green, blue, alpha };
  }
  checkKeys(value, ['r', 'g', 'b', 'alpha'], what);
  const byte = (channel) => {
    const level = integer(value[channel], `${what}.${channel}`);
    if (level < 0 || level > 255) {
      throw new InvalidArgumentError(`${what}.${channel}: ${level} is not between 0 and 255`);
    }
    return level;
  };
  const alpha = number(value.alpha ?? 1, `${what}.alpha`);
  if (alpha < 0 || alpha > 1) {
    throw new InvalidArgumentError(`${what}.alpha: ${alpha} is not between 0 and 1`);
  }
  return { red: byte('r'), green: byte('g'), blue: byte('b'), alpha: Math.round(alpha * 255) };
}

/** `target`, `quality`, `lossless` and `nearLossless` exclude one another. */
function setFidelity(options, into) {
  const given = ['target', 'quality', 'lossless', 'nearLossless'].filter(
    (key) => options[key] !== undefined && options[key] !== false);
  if (given.length > 1) {
    throw new InvalidArgumentError(`${given.join(' and ')} exclude one another`);
  }
  const [key] = given;
  if (key === undefined) return;
  const value = options[key];
  if (key === 'target') {
    if (typeof value === 'string') {
      into.fidelity = choose(targets, value, 'target');
    } else {
      checkKeys(value, ['score', 'bytes'], 'target');
      const [kind, ...more] = Object.keys(value);
      if (kind === undefined || more.length > 0) {
        throw new InvalidArgumentError('target: either score or bytes is needed');
      }
      into.fidelity = fidelity[kind];
      into.fidelity_value = number(value[kind], `target.${kind}`);
    }
  } else if (key === 'lossless') {
    flag(value, key);
    into.fidelity = fidelity.lossless;
  } else {
    into.fidelity = fidelity[key];
    into.fidelity_value = number(value, key);
  }
}

function setGravity(value, into, what, isMark) {
  if (typeof value === 'string') {
    into.gravity = choose(compass, value, what);
    return;
  }
  checkKeys(value, isMark ? ['x', 'y'] : ['x', 'y', 'unit'], what);
  into.gravity = focusGravity;
  into.focus_x = number(value.x, `${what}.x`);
  into.focus_y = number(value.y, `${what}.y`);
  if (value.unit !== undefined) into.focus_unit = choose(focusUnits, value.unit, `${what}.unit`);
}

const formatNumber = (value, what) => choose(formatNames, value === 'jpg' ? 'jpeg' : value, what);

/** An array of formats, as the numbers of them. */
function formatNumbers(formats, what) {
  checkList(formats, what);
  return formats.map((format) => formatNumber(format, what));
}

const formatsOf = (memory, formats) => ({
  formats: memory.ints(formatNumbers(formats, 'formats')),
  format_count: formats.length,
});

const rectOf = (value, what) => {
  checkKeys(value, ['left', 'top', 'width', 'height'], what);
  return {
    x: integer(value.left ?? 0, `${what}.left`),
    y: integer(value.top ?? 0, `${what}.top`),
    width: integer(value.width ?? 0, `${what}.width`),
    height: integer(value.height ?? 0, `${what}.height`),
  };
};

const markSetters = {
  name: (value, into, memory) => (into.name = memory.text(value)),
  gravity: (value, into) => setGravity(value, into, 'mark.gravity', true),
  scale: (value, into) => (into.scale = number(value, 'mark.scale')),
  ofOutput: (value, into) => (into.of_output = number(value, 'mark.ofOutput')),
  padX: (value, into) => (into.pad_x = number(value, 'mark.padX')),
  padY: (value, into) => (into.pad_y = number(value, 'mark.padY')),
  padIsFraction: (value, into) => (into.pad_is_fraction = flag(value, 'mark.padIsFraction')),
  offsetX: (value, into) => (into.offset_x = integer(value, 'mark.offsetX')),
  offsetY: (value, into) => (into.offset_y = integer(value, 'mark.offsetY')),
  opacity: (value, into) => (into.opacity = number(value, 'mark.opacity')),
  tile: (value, into) => (into.tile = flag(value, 'mark.tile')),
};

function fillMark(mark, into, memory) {
  checkKeys(mark, markSetters, 'mark');
  if (typeof mark.name !== 'string') throw new InvalidArgumentError('mark: name is missing');
  for (const [key, value] of Object.entries(mark)) {
    if (value !== undefined) markSetters[key](value, into, memory);
  }
}

const asNumber = (field) => (value, into, _memory, key) => (into[field] = number(value, key));
const asInteger = (field) => (value, into, _memory, key) => (into[field] = integer(value, key));
const asFlag = (field) => (value, into, _memory, key) => (into[field] = flag(value, key));
const asChoice = (field, names) => (value, into, _memory, key) =>
  (into[field] = choose(names, value, key));
const elsewhere = () => {};

const recipeSetters = {
  crop: (value, into) => (into.crop = rectOf(value, 'crop')),
  trim: asInteger('trim'),
  rotate: asNumber('rotate'),
  flipHorizontal: asFlag('flip_horizontal'),
  flipVertical: asFlag('flip_vertical'),
  width: asInteger('width'),
  height: asInteger('height'),
  fit: asChoice('fit', fits),
  fitIfSmaller: asChoice('fit_if_smaller', fits),
  enlarge: asFlag('enlarge'),
  gravity: (value, into) => setGravity(value, into, 'gravity', false),
  dpr: asNumber('dpr'),
  filter: asChoice('filter', filters),
  linearLight: asFlag('linear_light'),
  shrink: asChoice('shrink', shrinks),
  sharpen: (value, into) => {
    const { amount = 1, sigma, threshold } =
      typeof value === 'number' ? { amount: value } : (checkKeys(value, ['amount', 'sigma', 'threshold'], 'sharpen'), value);
    into.sharpen_amount = number(amount, 'sharpen.amount');
    if (sigma !== undefined) into.sharpen_sigma = number(sigma, 'sharpen.sigma');
    if (threshold !== undefined) into.sharpen_threshold = number(threshold, 'sharpen.threshold');
  },
  blur: asNumber('blur'),
  brightness: asNumber('brightness'),
  contrast: asNumber('contrast'),
  gamma: asNumber('gamma'),
  saturation: asNumber('saturation'),
  greyscale: asFlag('greyscale'),
  marks: (value, into, memory) => {
    checkList(value, 'marks');
    if (value.length === 0) return;
    const all = memory.structs('mark', value.length);
    value.forEach((mark, i) => fillMark(mark, all[i], memory));
    into.marks = all[0].address;
    into.mark_count = value.length;
  },
  radius: asNumber('radius'),
  background: (value, into) => {
    into.has_background = 1;
    into.background = parseColor(value, 'background');
  },
  format: (value, into) => (into.format = formatNumber(value, 'format')),
  formats: (value, into, memory) => Object.assign(into, formatsOf(memory, value)),
  target: elsewhere,
  quality: elsewhere,
  lossless: elsewhere,
  nearLossless: elsewhere,
  worstBlock: asNumber('worst_block'),
  alwaysEncode: asFlag('always_encode'),
  effort: asInteger('effort'),
  chroma: asChoice('chroma', chromas),
  progressive: asFlag('progressive'),
  depth: asChoice('depth', depths),
  metadata: asChoice('metadata', policies),
  keepProfile: asFlag('keep_profile'),
};

/** Applies one setter a key; keys whose value is undefined are as though they were not there. */
function apply(options, setters, into, memory, what) {
  checkKeys(options, setters, what);
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined) setters[key](value, into, memory, key);
  }
}

function recipeOptions(recipe, memory) {
  const into = memory.struct('recipe_options');
  apply(recipe, recipeSetters, into, memory, 'recipe');
  setFidelity(recipe, into);
  return into.address;
}

const asBytes = (field) => (value, into, memory, key) => {
  const bytes = bytesOf(value, key);
  into[field] = { data: memory.copy(bytes), size: bytes.length };
};

const encodeSetters = {
  format: (value, into) => (into.format = formatNumber(value, 'format')),
  formats: recipeSetters.formats,
  target: elsewhere,
  quality: elsewhere,
  lossless: elsewhere,
  nearLossless: elsewhere,
  worstBlock: asNumber('worst_block'),
  effort: asInteger('effort'),
  chroma: asChoice('chroma', chromas),
  sharpYuv: (value, into) => (into.sharp_yuv = 1 + flag(value, 'sharpYuv')), // 0: automatic
  progressive: asFlag('progressive'),
  bitDepth: asInteger('bit_depth'),
  matte: (value, into) => (into.matte = parseColor(value, 'matte')),
  timeBudget: asNumber('time_budget'),
  icc: asBytes('icc'),
  exif: asBytes('exif'),
  xmp: asBytes('xmp'),
};

function encodeOptions(options, memory) {
  const into = memory.struct('encode_options');
  apply(options, encodeSetters, into, memory, 'options');
  setFidelity(options, into);
  return into.address;
}

const limitFields = {
  inputBytes: 'input_bytes',
  side: 'side',
  pixels: 'pixels',
  workingMemory: 'working_memory',
  scans: 'scans',
  frames: 'frames',
  metadataBytes: 'metadata_bytes',
};

function limitsOf(limits, memory) {
  if (limits === undefined) return null;
  checkKeys(limits, limitFields, 'limits');
  const into = memory.struct('limits');
  for (const [key, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new InvalidArgumentError(`limits.${key}: ${describe(value)} is not a count`);
    }
    into[limitFields[key]] = value;
  }
  return into.address;
}

module.exports = {
  recipeOptions,
  encodeOptions,
  limitsOf,
  rectOf,
  choose,
  number,
  flag,
  checkKeys,
  checkList,
  checkObject,
  formatNumbers,
  filters,
  chromas,
};
