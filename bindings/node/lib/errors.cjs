// SPDX-License-Identifier: Apache-2.0
'use strict';

const { native } = require('./native.cjs');

const formatNames = ['jpeg', 'png', 'webp', 'avif'];
const limitNames = [
  'inputBytes', 'side', 'pixels', 'workingMemory', 'scans', 'frames', 'metadataBytes',
];

/** What limen says no with. `code` is for programs, `message` for people. */
class LimenError extends Error {
  constructor(message, fields = {}) {
    super(message);
    this.name = new.target.name;
    this.code = new.target.code;
    Object.assign(this, fields);
  }
}
LimenError.code = 'LIMEN_INTERNAL';

function subclass(name, code) {
  const made = { [name]: class extends LimenError {} }[name];
  made.code = code;
  return made;
}

const InvalidArgumentError = subclass('InvalidArgumentError', 'LIMEN_INVALID_ARGUMENT');
const UnsupportedError = subclass('UnsupportedError', 'LIMEN_UNSUPPORTED');
const MalformedError = subclass('MalformedError', 'LIMEN_MALFORMED');
const TruncatedError = subclass('TruncatedError', 'LIMEN_TRUNCATED');
const LimitExceededError = subclass('LimitExceededError', 'LIMEN_LIMIT_EXCEEDED');
const CancelledError = subclass('CancelledError', 'LIMEN_CANCELLED');
const OutOfMemoryError = subclass('OutOfMemoryError', 'LIMEN_OUT_OF_MEMORY');
const IoError = subclass('IoError', 'LIMEN_IO');
const InternalError = subclass('InternalError', 'LIMEN_INTERNAL');

// In the order of limen_status, from 1.
const byStatus = [
  InvalidArgumentError, UnsupportedError, MalformedError, TruncatedError, LimitExceededError,
  CancelledError, OutOfMemoryError, IoError, InternalError,
];

/** The error that a failed call left, as an exception; frees it. */
function takeError(status, error) {
  const Class = byStatus[status - 1] ?? InternalError;
  if (!error) return new Class(native.limen_status_name(status));
  try {
    const fields = { offset: native.limen_error_offset(error) };
    const format = native.limen_error_format(error);
    if (format >= 0) fields.format = formatNames[format];
    const limit = native.limen_error_limit(error);
    if (limit >= 0) {
      fields.limit = limitNames[limit];
      fields.asked = native.limen_error_asked(error);
      fields.allowed = native.limen_error_allowed(error);
    }
    return new Class(native.limen_error_message(error), fields);
  } finally {
    native.limen_error_free(error);
  }
}

module.exports = {
  LimenError,
  InvalidArgumentError,
  UnsupportedError,
  MalformedError,
  TruncatedError,
  LimitExceededError,
  CancelledError,
  OutOfMemoryError,
  IoError,
  InternalError,
  takeError,
  formatNames,
};
