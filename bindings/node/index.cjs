// SPDX-License-Identifier: Apache-2.0
'use strict';

const functions = require('./lib/functions.cjs');
const { takeError: _takeError, formatNames: _formatNames, ...errors } = require('./lib/errors.cjs');
const { concurrency } = require('./lib/call.cjs');
const { Limen } = require('./lib/chain.cjs');
const { native } = require('./lib/native.cjs');

const limen = (input, options) => new Limen(input, options);

module.exports = Object.assign(limen, {
  limen,
  Limen,
  ...functions,
  ...errors,
  concurrency,
  version: native.limen_version(),
});
