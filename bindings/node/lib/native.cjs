// SPDX-License-Identifier: Apache-2.0
// The module in C++ (src/addon.cc): the functions of include/limen/limen.h, and what their pointers lead to.
'use strict';

const ABI_VERSION = 1;
const platform = `limen-image-${process.platform}-${process.arch}`;

function load() {
  try {
    return require(`${platform}/limen.node`);
  } catch (cause) {
    throw new Error(`limen-image: ${platform} cannot be loaded, which has the library`, { cause });
  }
}

// Pointers are addresses (bigint, null) everywhere: what they point to is kept alive by a Memory.
const native = load();

if (native.limen_abi_version() !== ABI_VERSION) {
  throw new Error(`limen-image: the library's C ABI is version ${native.limen_abi_version()}, ` +
    `this package speaks version ${ABI_VERSION}`);
}

module.exports = { native };
