// SPDX-License-Identifier: Apache-2.0
import limen from './index.cjs';

export default limen;
export const {
  Limen, transform, transformSync, render, renderSync, probe, probeSync, plan, decode, encode, findSmallest,
  resize, compare, compareDetailed, canonical, prepare, pickFormat, concurrency, version, LimenError, InvalidArgumentError,
  UnsupportedError, MalformedError, TruncatedError, LimitExceededError, CancelledError,
  OutOfMemoryError, IoError, InternalError,
} = limen;
export { limen };
