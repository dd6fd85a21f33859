import { parentPort } from 'node:worker_threads';

/** Answers the questions of this thread's manager, until it is told to stop. */
export function answering(answer) {
  parentPort.on('message', (message) => {
    if (message === 'stop') parentPort.close();
    else void reply(message, answer);
  });
  parentPort.postMessage('ready');
}

async function reply({ question, port }, answer) {
  try {
    port.postMessage({ answer: await answer(question) });
  } catch (error) {
    // A DOMException, such as DataCloneError, would arrive as an empty object.
    port.postMessage({
      error:
        error instanceof globalThis.DOMException ? new Error(error.message) : error,
    });
  }
}
