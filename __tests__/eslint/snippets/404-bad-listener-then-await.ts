import { asyncContextManager } from 'withal';

import { EventEmitter } from 'node:events';
export const m = asyncContextManager(async function* m(emitter: EventEmitter, listener: () => void) {
  emitter.on('x', listener);
  await sleep(10); // !no-leaky-setup
  try {
    yield;
  } finally {
    emitter.off('x', listener);
  }
});
export {};
