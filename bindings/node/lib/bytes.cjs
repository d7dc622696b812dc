// SPDX-License-Identifier: Apache-2.0
// Bytes as a caller may hand them over.
'use strict';

const { InvalidArgumentError } = require('./errors.cjs');

const isBytes = (value) =>
  value instanceof Uint8Array || value instanceof ArrayBuffer ||
  (ArrayBuffer.isView(value) && value.BYTES_PER_ELEMENT === 1);

const isPath = (value) => typeof value === 'string' || value instanceof URL;

/** For messages. */
function typeOf(value) {
  if (value === null) return 'null';
  return (typeof value === 'object' && value.constructor?.name) || typeof value;
}

/** As a Uint8Array view. `or`: what else would have done. */
function bytesOf(value, what, or = '') {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (isBytes(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (isPath(value)) {
    throw new InvalidArgumentError(
      `${what}: a path, where bytes are needed: limen(path) reads files, so does node:fs`);
  }
  throw new InvalidArgumentError(
    `${what}: ${typeOf(value)} is no bytes (Uint8Array, Buffer, ArrayBuffer)${or}`);
}

module.exports = { isBytes, isPath, bytesOf, typeOf };
