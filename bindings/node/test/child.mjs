// SPDX-License-Identifier: Apache-2.0
// Answers one message, as a process of its own or as a worker thread.
import { parentPort } from 'node:worker_threads';
import limen from 'limen-image';

const port = parentPort ?? process;
port.once('message', async (source) => {
  const { data } = await limen.transform(Buffer.from(source, 'base64'), { width: 50, quality: 80 });
  if (parentPort) parentPort.postMessage(data.toString('base64'));
  else process.send(data.toString('base64'), () => process.disconnect());
});
