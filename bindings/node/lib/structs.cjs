// SPDX-License-Identifier: Apache-2.0
// The structs of include/limen/limen.h as classes, whose objects read and write memory where the library
// has it, field by field.
'use strict';

// [bytes, read, write] of a DataView, little-endian as all that limen's packages are for.
const scalars = {
  uint8_t: [1, (view, at) => view.getUint8(at), (view, at, value) => view.setUint8(at, value)],
  int32_t: [4, (view, at) => view.getInt32(at, true),
    (view, at, value) => view.setInt32(at, value, true)],
  uint32_t: [4, (view, at) => view.getUint32(at, true),
    (view, at, value) => view.setUint32(at, value, true)],
  double: [8, (view, at) => view.getFloat64(at, true),
    (view, at, value) => view.setFloat64(at, value, true)],
  // Counts, below 2^53 wherever they come from memory that exists.
  size_t: [8, (view, at) => Number(view.getBigUint64(at, true)),
    (view, at, value) => view.setBigUint64(at, BigInt(value), true)],
  ptrdiff_t: [8, (view, at) => Number(view.getBigInt64(at, true)),
    (view, at, value) => view.setBigInt64(at, BigInt(value), true)],
  // Addresses: bigint, or null.
  pointer: [8, (view, at) => view.getBigUint64(at, true) || null,
    (view, at, value) => view.setBigUint64(at, value ?? 0n, true)],
};

function property(type, offset) {
  if (typeof type !== 'string') {
    return {
      get() { return new type(this.view, this.at + offset, this.address + BigInt(offset)); },
      set(value) { Object.assign(new type(this.view, this.at + offset, 0n), value); },
    };
  }
  const [, read, write] = scalars[type];
  return {
    get() { return read(this.view, this.at + offset); },
    set(value) { write(this.view, this.at + offset, value); },
  };
}

/** struct(['int32_t', 'a b'], …): fields in the order of the header, each aligned to its size. */
function struct(...groups) {
  /** The struct at `at` of a DataView, which lies at `address` for the library. */
  class Struct {
    constructor(view, at, address) {
      this.view = view;
      this.at = at;
      this.address = address;
    }
  }
  Struct.fields = {}; // where each is
  let end = 0;
  let alignment = 1;
  for (const [type, names] of groups) {
    const [bytes, to] = typeof type === 'string' ? [scalars[type][0], scalars[type][0]]
      : [type.bytes, type.alignment];
    for (const name of names.split(' ')) {
      end = Math.ceil(end / to) * to;
      Object.defineProperty(Struct.prototype, name, property(type, end));
      Struct.fields[name] = { at: end, bytes };
      end += bytes;
    }
    alignment = Math.max(alignment, to);
  }
  Struct.bytes = Math.ceil(end / alignment) * alignment;
  Struct.alignment = alignment;
  Struct.startsWithSize = groups[0][1] === 'struct_size';
  return Struct;
}

const pointer = 'pointer';
const int = 'int32_t';
const size = ['size_t', 'struct_size'];

const bytes = struct([pointer, 'data'], ['size_t', 'size']);
const rect = struct([int, 'x y width height']);
const color = struct(['uint8_t', 'red green blue alpha']);

module.exports = {
  pointer: struct([pointer, 'value']),
  pixels: struct([pointer, 'data'], [int, 'width height'], ['ptrdiff_t', 'stride'],
    [int, 'sample layout alpha']),
  execution: struct(size, [pointer, 'workspace cancel progress'], ['uint32_t', 'threads']),
  limits: struct(size,
    ['size_t', 'input_bytes side pixels working_memory scans frames metadata_bytes']),
  source: struct(size, [bytes, 'bytes'], [pointer, 'read read_opaque pixels']),
  info: struct(size, [int, 'format width height upright_width upright_height orientation'],
    ['uint32_t', 'frames'],
    [int, 'bit_depth model chroma has_alpha is_lossless is_progressive is_arithmetic has_gain_map ' +
      'has_icc_profile jpeg_quality has_exif has_xmp has_iptc']),
  mark: struct(size, [pointer, 'name'], [int, 'gravity'],
    ['double', 'focus_x focus_y scale of_output pad_x pad_y'],
    [int, 'pad_is_fraction offset_x offset_y'], ['double', 'opacity'], [int, 'tile']),
  recipe_options: struct(size, [rect, 'crop'], [int, 'trim'], ['double', 'rotate'],
    [int, 'flip_horizontal flip_vertical width height fit fit_if_smaller enlarge gravity'],
    ['double', 'focus_x focus_y'], [int, 'focus_unit'], ['double', 'dpr'],
    [int, 'filter linear_light shrink'],
    ['double', 'sharpen_amount sharpen_sigma sharpen_threshold blur brightness contrast gamma ' +
      'saturation'],
    [int, 'greyscale'], [pointer, 'marks'], ['size_t', 'mark_count'], ['double', 'radius'],
    [int, 'has_background'], [color, 'background'], [int, 'format'], [pointer, 'formats'],
    ['size_t', 'format_count'], [int, 'fidelity'], ['double', 'fidelity_value worst_block'],
    [int, 'always_encode effort chroma progressive depth metadata keep_profile']),
  plan_view: struct(size, [int, 'width height format'], [rect, 'crop'],
    [int, 'scale_eighths searches may_keep_source flattens bit_depth'], ['size_t', 'peak_bytes'],
    [pointer, 'color source path steps'], ['size_t', 'step_count'], [pointer, 'notes'],
    ['size_t', 'note_count']),
  named_picture: struct([pointer, 'name'], [bytes, 'bytes'], [pointer, 'pixels']),
  transform_options: struct(size, [pointer, 'limits'], [int, 'best_effort'], [pointer, 'pictures'],
    ['size_t', 'picture_count'], [pointer, 'write write_opaque']),
  decode_options: struct(size, [pointer, 'limits'], [int, 'best_effort'], [rect, 'region'],
    [int, 'keep_16_bit upright to_srgb']),
  encode_options: struct(size, [int, 'format fidelity'], ['double', 'fidelity_value worst_block'],
    [pointer, 'formats'], ['size_t', 'format_count'], [int, 'effort chroma progressive bit_depth'],
    [color, 'matte'], ['double', 'time_budget'], [bytes, 'icc exif xmp'],
    [int, 'sharp_yuv']),
  resize_options: struct(size, [int, 'filter'],
    ['double', 'source_x source_y source_width source_height'], [int, 'linear_light']),
  comparison: struct(['double', 'score worst_block'], [rect, 'worst_block_at']),
};
