// SPDX-License-Identifier: Apache-2.0
// What a call reads and writes, in memory that nobody else has and whose addresses stay put.
'use strict';

const { native } = require('./native.cjs');
const { InvalidArgumentError } = require('./errors.cjs');
const structs = require('./structs.cjs');

const blockBytes = 16 << 10; // holds the structs of a dozen recipes
const mostKept = 4 << 20; // of a copied file; larger ones are forgotten with their call
const mostIdle = 8;
const idle = [];

/** A buffer that grows by new ones: what was given stays where it is. */
class Block {
  constructor(bytes) {
    this.buffer = Buffer.alloc(bytes);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, bytes);
    this.address = native.address(this.buffer);
  }
}

/** The bytes that a struct of that name has by its `_init`, or but for its size none. */
const templates = {};
for (const [name, Struct] of Object.entries(structs)) {
  const block = new Block(Struct.bytes);
  if (Struct.startsWithSize) {
    const init = native[`limen_${name}_init`];
    if (init) init(block.address, Struct.bytes);
    else block.view.setBigUint64(0, BigInt(Struct.bytes), true);
  }
  templates[name] = block.buffer;
}

/**
 * A call's memory. take() gives one, release() gives it back when nothing in it is needed any more;
 * without that it is the garbage collector's.
 */
class Memory {
  #first = new Block(blockBytes);
  #block = this.#first;
  #used = 0;
  #kept = []; // what else must live as long
  #copy = null; // for the next call's file as well: fresh memory costs more than what is copied there
  #isCopyUsed = false;
  #lends = false;
  #lent = []; // [view, its bytes]
  // What nearly every call has, made once.
  result = this.struct('pointer'); // the first, and cleared together
  error = this.struct('pointer');
  execution = this.struct('execution');
  #usedByAll = this.#used;
  #pointers = new Uint8Array(this.#first.view.buffer, this.#first.view.byteOffset, 2 * structs.pointer.bytes);

  /** With `lends`, for a call that is over before its caller goes on: input is not copied. */
  static take({ lends = false } = {}) {
    const memory = idle.pop() ?? new Memory();
    memory.#lends = lends;
    return memory;
  }

  release() {
    this.#block = this.#first;
    this.#used = this.#usedByAll;
    this.#kept.length = this.#lent.length = 0;
    this.#pointers.fill(0);
    this.#isCopyUsed = false;
    if (idle.length < mostIdle) idle.push(this);
  }

  /** Where `bytes` bytes begin in #block, at a multiple of 8. */
  #room(bytes) {
    const at = (this.#used + 7) & ~7;
    if (at + bytes > this.#block.buffer.length) {
      this.#block = new Block(Math.max(blockBytes, bytes));
      this.#kept.push(this.#block);
      this.#used = bytes;
      return 0;
    }
    this.#used = at + bytes;
    return at;
  }

  #addressOf(at) {
    return this.#block.address + BigInt(at);
  }

  /** An object with the struct's fields, its defaults in those that are not given. */
  struct(name, fields) {
    const made = this.#structAt(name, this.#room(structs[name].bytes));
    return fields ? Object.assign(made, fields) : made;
  }

  /** Several behind one another. */
  structs(name, count) {
    const { bytes } = structs[name];
    const at = this.#room(bytes * count);
    return Array.from({ length: count }, (_, i) => this.#structAt(name, at + i * bytes));
  }

  #structAt(name, at) {
    this.#block.buffer.set(templates[name], at);
    return new structs[name](this.#block.view, at, this.#addressOf(at));
  }

  text(value) {
    const text = String(value);
    const bytes = Buffer.byteLength(text);
    const at = this.#room(bytes + 1);
    this.#block.buffer.write(text, at);
    this.#block.buffer[at + bytes] = 0;
    return this.#addressOf(at);
  }

  ints(values) {
    const at = this.#room(4 * values.length);
    values.forEach((value, i) => this.#block.view.setInt32(at + 4 * i, value, true));
    return this.#addressOf(at);
  }

  pointers(values) {
    const at = this.#room(8 * values.length);
    values.forEach((value, i) => this.#block.view.setBigUint64(at + 8 * i, value, true));
    return this.#addressOf(at);
  }

  /** The address of `buffer` itself, not null for an empty one either. */
  address(buffer) {
    const there = buffer.byteLength > 0 ? buffer : Buffer.alloc(1);
    this.#kept.push(there);
    return native.address(there);
  }

  /** Where the view's bytes are as they are now. */
  input(view) {
    // What is shared another thread may change; the decoders read some bytes twice.
    if (!this.#lends || view.buffer instanceof SharedArrayBuffer) return this.copy(view);
    this.#lent.push([view, view.byteLength]);
    return this.address(view);
  }

  /** Refuses what has lost its memory since: options may have getters, and these do anything. */
  checkLent() {
    for (const [view, bytes] of this.#lent) {
      if (view.byteLength !== bytes) throw new InvalidArgumentError('an input has lost its memory during the call');
    }
  }

  copy(view) {
    const bytes = view instanceof Uint8Array
      ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    if (this.#isCopyUsed || bytes.length > mostKept) return this.address(Buffer.from(bytes));
    if (this.#copy === null || this.#copy.buffer.length < bytes.length) {
      this.#copy = new Block(Math.min(mostKept, Math.max(blockBytes, 2 * bytes.length)));
    }
    this.#isCopyUsed = true;
    this.#copy.buffer.set(bytes);
    return this.#copy.address;
  }
}

module.exports = { Memory };
