// SPDX-License-Identifier: Apache-2.0
// Answers one message, as a worker thread that does nothing else meanwhile.
import { parentPort } from 'node:worker_threads';
import limen from 'limen-image';

parentPort.once('message', ({ source, recipes }) => {
  const outputs = limen.transformSync(source, recipes);
  parentPort.postMessage(outputs.map(({ data }) => data.toString('base64')));
});
