// SPDX-License-Identifier: Apache-2.0
// The C ABI (include/limen/limen.h) as koffi sees it: its functions, and what their pointers lead to.
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

// Pointers are addresses (bigint, null) everywhere: what they point to is kept alive by a Memory.
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
    readText(koffi.decode(address, i * koffi.sizeof('void *'), 'void *')));
}

/** A copy of memory that the library owns. */
const readBytes = (address, length) => {
  const copy = Buffer.allocUnsafeSlow(Number(length));
  if (copy.length > 0) copy.set(new Uint8Array(koffi.view(address, copy.length)));
  return copy;
};

module.exports = { native, readText, readTexts, readBytes };
