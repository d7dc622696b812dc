// SPDX-License-Identifier: Apache-2.0
// The C ABI (include/limen/limen.h) as koffi sees it: its structs, its functions, and pointers.
'use strict';

const koffi = require('koffi');
const path = require('node:path');

// Calls off the event loop run on stacks of koffi's making, 128 KB unless told otherwise, and codecs
// want what a thread of any other program has.
koffi.config({ async_stack_size: 8 << 20, resident_async_pools: 32 });

const ABI_VERSION = 1;

/** $LIMEN_LIBRARY, else the platform package's, else the system's. */
function findLibrary() {
  if (process.env.LIMEN_LIBRARY) return process.env.LIMEN_LIBRARY;
  const platform = `limen-image-${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(require.resolve(`${platform}/package.json`)), 'liblimen.so.0');
  } catch {
    return 'liblimen.so.0';
  }
}

function load() {
  const file = findLibrary();
  try {
    return koffi.load(file);
  } catch (cause) {
    throw new Error(
      `limen-image: cannot load ${file}. There is no package limen-image-${process.platform}-` +
        `${process.arch} here and no liblimen of the system's; LIMEN_LIBRARY may name one.`,
      { cause },
    );
  }
}

const library = load();

// Pointers are addresses (bigint) everywhere: what they point to is kept alive by a Call.
const pointer = 'void *';
const int = 'int32_t';
const size = 'size_t';

const bytes = koffi.struct({ data: pointer, size });
const rect = koffi.struct({ x: int, y: int, width: int, height: int });
const color = koffi.struct({ red: 'uint8_t', green: 'uint8_t', blue: 'uint8_t', alpha: 'uint8_t' });

/** `{ a: 'int32_t', … }` from `'int32_t': 'a b'` in the order of the header. */
function fields(...groups) {
  const all = {};
  for (const [type, names] of groups) for (const name of names.split(' ')) all[name] = type;
  return all;
}

const structs = {
  pixels: koffi.struct(fields([pointer, 'data'], [int, 'width height'], ['intptr_t', 'stride'],
    [int, 'sample layout alpha'])),
  execution: koffi.struct(fields([size, 'struct_size'], [pointer, 'workspace cancel progress'],
    ['uint32_t', 'threads'])),
  limits: koffi.struct(fields([size, 'struct_size'],
    ['uint64_t', 'input_bytes side pixels working_memory scans frames metadata_bytes'])),
  source: koffi.struct(fields([size, 'struct_size'], [bytes, 'bytes'],
    [pointer, 'read read_opaque pixels'])),
  info: koffi.struct(fields([size, 'struct_size'],
    [int, 'format width height upright_width upright_height orientation'], ['uint32_t', 'frames'],
    [int, 'bit_depth model chroma has_alpha is_lossless is_progressive is_arithmetic has_gain_map ' +
      'has_icc_profile jpeg_quality has_exif has_xmp has_iptc'])),
  mark: koffi.struct(fields([size, 'struct_size'], [pointer, 'name'], [int, 'gravity'],
    ['double', 'focus_x focus_y scale of_output pad_x pad_y'],
    [int, 'pad_is_fraction offset_x offset_y'], ['double', 'opacity'], [int, 'tile'])),
  recipe_options: koffi.struct(fields([size, 'struct_size'], [rect, 'crop'], [int, 'trim'],
    ['double', 'rotate'],
    [int, 'flip_horizontal flip_vertical width height fit fit_if_smaller enlarge gravity'],
    ['double', 'focus_x focus_y'], [int, 'focus_unit'], ['double', 'dpr'],
    [int, 'filter linear_light shrink'],
    ['double', 'sharpen_amount sharpen_sigma sharpen_threshold blur brightness contrast gamma ' +
      'saturation'],
    [int, 'greyscale'], [pointer, 'marks'], [size, 'mark_count'], ['double', 'radius'],
    [int, 'has_background'], [color, 'background'], [int, 'format'], [pointer, 'formats'],
    [size, 'format_count'], [int, 'fidelity'], ['double', 'fidelity_value worst_block'],
    [int, 'always_encode effort chroma progressive depth metadata keep_profile'])),
  plan_view: koffi.struct(fields([size, 'struct_size'], [int, 'width height format'],
    [rect, 'crop'], [int, 'scale_eighths searches may_keep_source flattens bit_depth'],
    ['uint64_t', 'peak_bytes'], [pointer, 'color source path steps'], [size, 'step_count'],
    [pointer, 'notes'], [size, 'note_count'])),
  named_picture: koffi.struct(fields([pointer, 'name'], [bytes, 'bytes'], [pointer, 'pixels'])),
  transform_options: koffi.struct(fields([size, 'struct_size'], [pointer, 'limits'],
    [int, 'best_effort'], [pointer, 'pictures'], [size, 'picture_count'],
    [pointer, 'write write_opaque'])),
  output: koffi.struct(fields([size, 'struct_size'], [bytes, 'bytes'],
    [int, 'format width height bit_depth has_alpha mode'], ['double', 'mode_value'],
    [int, 'chroma kept_source has_search reached certified'], ['double', 'score worst_block'],
    [rect, 'worst_block_at'], [int, 'evaluations encodes'], ['uint64_t', 'peak_bytes'],
    [pointer, 'color source damage dropped_metadata'], [size, 'dropped_metadata_count'],
    [pointer, 'notes'], [size, 'note_count'])),
  decode_options: koffi.struct(fields([size, 'struct_size'], [pointer, 'limits'],
    [int, 'best_effort'], [rect, 'region'], [int, 'keep_16_bit upright to_srgb'])),
  encode_options: koffi.struct(fields([size, 'struct_size'], [int, 'format fidelity'],
    ['double', 'fidelity_value worst_block'], [pointer, 'formats'], [size, 'format_count'],
    [int, 'effort chroma progressive bit_depth'], [color, 'matte'], ['double', 'time_budget'],
    [bytes, 'icc'], [bytes, 'exif'], [bytes, 'xmp'])),
  resize_options: koffi.struct(fields([size, 'struct_size'], [int, 'filter'],
    ['double', 'source_x source_y source_width source_height'], [int, 'linear_light'])),
  comparison: koffi.struct(fields(['double', 'score worst_block'], [rect, 'worst_block_at'])),
};

const native = {};
for (const declaration of [
  'uint32_t limen_abi_version()',
  'str limen_version()',
  'str limen_status_name(int32_t status)',
  'void *limen_error_message(void *error)',
  'int32_t limen_error_format(void *error)',
  'int32_t limen_error_limit(void *error)',
  'uint64_t limen_error_asked(void *error)',
  'uint64_t limen_error_allowed(void *error)',
  'uint64_t limen_error_offset(void *error)',
  'void limen_error_free(void *error)',
  'void limen_image_pixels(void *image, void *pixels)',
  'void limen_image_free(void *image)',
  'void *limen_workspace_create(uint64_t limit_bytes, void *allocator)',
  'void limen_workspace_release_unused(void *workspace)',
  'void limen_workspace_free(void *workspace)',
  'void *limen_cancel_token_create()',
  'void limen_cancel_token_cancel(void *token)',
  'void limen_cancel_token_free(void *token)',
  'int32_t limen_pick_format(void *accept, void *allowed, size_t count)',
  'int32_t limen_recipe_create(void *options, void *recipe, void *error)',
  'int32_t limen_recipe_parse(void *query, void *recipe, void *error)',
  'void *limen_recipe_canonical(void *recipe)',
  'void limen_recipe_free(void *recipe)',
  'int32_t limen_probe(void *source, void *limits, void *info, void *error)',
  'int32_t limen_plan_create(void *source, void *recipe, void *limits, void *plan, void *error)',
  'void limen_plan_read(void *plan, void *view)',
  'void limen_plan_free(void *plan)',
  'int32_t limen_transform(void *source, void *recipes, size_t count, void *options, ' +
    'void *execution, void *outputs, void *error)',
  'size_t limen_outputs_count(void *outputs)',
  'int32_t limen_outputs_read(void *outputs, size_t index, void *output)',
  'void limen_outputs_free(void *outputs)',
  'int32_t limen_render(void *source, void *recipe, void *options, void *execution, void *image, ' +
    'void *error)',
  'int32_t limen_decode(void *source, void *options, void *execution, void *image, void *error)',
  'int32_t limen_encode(void *pixels, void *options, void *execution, void *outputs, void *error)',
  'int32_t limen_resize(void *source, void *target, void *options, void *execution, void *error)',
  'int32_t limen_compare(void *original, void *candidate, void *execution, void *comparison, ' +
    'void *error)',
]) {
  native[/(limen_\w+)\(/.exec(declaration)[1]] = library.func(declaration);
}
// Every options struct sets itself to its defaults.
for (const name of ['execution', 'limits', 'source', 'recipe_options', 'mark', 'transform_options',
  'decode_options', 'encode_options', 'resize_options']) {
  native[`limen_${name}_init`] = library.func(`void limen_${name}_init(void *options, size_t size)`);
}

if (native.limen_abi_version() !== ABI_VERSION) {
  throw new Error(`limen-image: the library's C ABI is version ${native.limen_abi_version()}, ` +
    `this package speaks version ${ABI_VERSION}`);
}

const readText = (address) => (address ? koffi.decode.string(address) : '');

function readTexts(address, count) {
  return Array.from({ length: Number(count) }, (_, i) =>
    readText(koffi.decode(address, i * koffi.sizeof(pointer), pointer)));
}

/** A copy of memory that the library owns. */
const readBytes = (address, length) => {
  const copy = Buffer.allocUnsafeSlow(Number(length));
  if (copy.length > 0) copy.set(new Uint8Array(koffi.view(address, copy.length)));
  return copy;
};

/**
 * Memory that a call reads: everything is copied into buffers that nobody else has, whose addresses
 * stay put, and which live as long as this object is referenced.
 */
class Memory {
  #kept = [];

  /** Keeps `buffer` and gives its address, which is not null for an empty one either. */
  address(buffer) {
    const there = buffer.byteLength > 0 ? buffer : Buffer.alloc(1);
    this.#kept.push(there);
    return koffi.address(there);
  }
  /** Forgets what was kept: after the call, and never before. */
  release() {
    this.#kept.length = 0;
  }
  text(value) {
    return this.address(Buffer.from(`${value}\0`));
  }
  copy(view) {
    return this.address(Buffer.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)));
  }
  ints(values) {
    return this.address(Buffer.from(Int32Array.from(values).buffer));
  }
  pointers(values) {
    return this.address(Buffer.from(BigUint64Array.from(values.map(BigInt)).buffer));
  }
  /** One or several structs behind one another. */
  struct(name, ...values) {
    const type = structs[name];
    const step = koffi.sizeof(type);
    const buffer = Buffer.alloc(step * values.length);
    values.forEach((value, i) => koffi.encode(buffer, i * step, type, value));
    return this.address(buffer);
  }
  /** The defaults of an options struct, as an object. */
  static defaults(name) {
    const buffer = Buffer.alloc(koffi.sizeof(structs[name]));
    native[`limen_${name}_init`](koffi.address(buffer), buffer.length);
    return koffi.decode(buffer, structs[name]);
  }
  /** Room for a result. */
  static room(name) {
    const type = name === 'pointer' ? pointer : structs[name];
    const buffer = Buffer.alloc(koffi.sizeof(type));
    if (name !== 'pointer' && 'struct_size' in structs[name].members) {
      buffer.writeBigUInt64LE(BigInt(buffer.length));
    }
    return { address: koffi.address(buffer), read: () => koffi.decode(buffer, type), buffer };
  }
}

module.exports = { native, Memory, readText, readTexts, readBytes };
