// SPDX-License-Identifier: Apache-2.0
// Calls into the library: off the event loop, how many at once, with which memory, and how they stop; or at
// once, where the caller waits for them.
'use strict';

const os = require('node:os');
const { native } = require('./native.cjs');
const { Memory } = require('./memory.cjs');
const { takeError, CancelledError, InvalidArgumentError } = require('./errors.cjs');

let slots = os.availableParallelism?.() ?? os.cpus().length;
const waiting = [];
// One Workspace for each call under way; they are kept, so that memory is reused and stays flat.
const idleWorkspaces = [];
let running = 0;

/** How many pictures are worked on at once (default: the number of cores); returns it. */
function concurrency(count) {
  if (count !== undefined) {
    if (!Number.isInteger(count) || count < 1 || count > 256) {
      throw new InvalidArgumentError(`concurrency: ${String(count)} is not between 1 and 256`);
    }
    slots = count;
    while (idleWorkspaces.length > slots) native.workspace_free(idleWorkspaces.pop());
    startWaiting();
  }
  return slots;
}

function startWaiting() {
  while (running < slots && waiting.length > 0) waiting.shift()();
}

function cancelled(signal) {
  return new CancelledError('cancelled by the caller', { cause: signal.reason });
}

function takeWorkspace(limit) {
  return (limit === 0 && idleWorkspaces.pop()) || native.workspace_create(limit);
}

function giveBack(workspace, limit) {
  if (limit === 0 && idleWorkspaces.length < slots) idleWorkspaces.push(workspace);
  else native.workspace_free(workspace);
}

/**
 * Puts execution, result and error behind a call's arguments; gives where the result will be. A call
 * without structs takes workspace and token themselves, and hands over its result and its error.
 */
function complete(args, memory, { result, withStructs = true, withExecution = true }, workspace, token) {
  if (!withStructs) {
    args.push(workspace, token);
    return null;
  }
  const { error, execution } = memory;
  const made = result === 'pointer' ? memory.result : result && memory.struct(result);
  if (withExecution) {
    execution.workspace = workspace;
    execution.cancel = token;
    args.push(execution.address);
  }
  if (made) args.push(made.address);
  args.push(error.address);
  return made;
}

/**
 * Runs `native[name]` on a thread of its own: `prepare(memory)` gives its arguments but for the last
 * two or three, which are execution (where it takes one), the result (a struct of the name `result`,
 * where it has one) and the error; see complete(). Resolves to what `finish(result, memory)` makes of the result.
 * Whatever happens, `over()` is called when nothing of the call's is needed any more.
 */
function call(name, wanted) {
  const { prepare, finish, over, signal, withExecution = true, limit = 0 } = wanted;
  return new Promise((settleWell, settleBadly) => {
    const resolve = (value) => {
      over?.();
      settleWell(value);
    };
    const reject = (error) => {
      over?.();
      settleBadly(error);
    };
    if (signal && typeof signal.addEventListener !== 'function') {
      reject(new InvalidArgumentError('signal: not an AbortSignal'));
      return;
    }
    if (signal?.aborted) {
      reject(cancelled(signal));
      return;
    }
    // Copied now: what the caller does to its buffers after this is its own affair.
    const memory = Memory.take();
    let args;
    try {
      args = prepare(memory);
    } catch (error) {
      reject(error);
      return;
    }

    let token = null;
    let started = false;
    const abort = () => {
      if (started) {
        native.limen_cancel_token_cancel(token);
        return;
      }
      waiting.splice(waiting.indexOf(start), 1);
      reject(cancelled(signal));
    };

    const start = () => {
      started = true;
      ++running;
      const workspace = withExecution ? takeWorkspace(limit) : null;
      if (signal) token = native.limen_cancel_token_create();
      const made = complete(args, memory, wanted, workspace, token);
      native[name](...args,
        (status, given, problem) => {
          signal?.removeEventListener('abort', abort);
          if (token) native.limen_cancel_token_free(token);
          if (workspace) giveBack(workspace, limit);
          --running;
          startWaiting();
          try {
            if (status !== 0) {
              const error = takeError(status, problem ?? memory.error.value);
              if (signal?.aborted && error instanceof CancelledError) error.cause = signal.reason;
              throw error;
            }
            resolve(finish(made ?? given, memory));
          } catch (error) {
            reject(error);
          } finally {
            memory.release();
          }
        });
    };

    signal?.addEventListener('abort', abort, { once: true });
    if (running < slots) start();
    else waiting.push(start);
  });
}

/** The same on the caller's thread, whatever else is at work, and without a signal. */
function callNow(name, wanted) {
  const { prepare, finish, over, withExecution = true, limit = 0 } = wanted;
  const memory = Memory.take({ lends: true });
  let workspace = null;
  try {
    const args = prepare(memory);
    if (withExecution) workspace = takeWorkspace(limit);
    const made = complete(args, memory, wanted, workspace, null);
    memory.checkLent(); // no code of the caller's runs from here on
    const [status, given, problem] = native[`${name}_now`](...args);
    if (status !== 0) throw takeError(status, problem ?? memory.error.value);
    return finish(made ?? given, memory);
  } finally {
    if (workspace) giveBack(workspace, limit);
    memory.release();
    over?.();
  }
}

module.exports = { call, callNow, concurrency };
