import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(tick: () => void) {
  const timer = setInterval(tick, 10);
  await sleep(10); // !no-leaky-setup
  try {
    yield;
  } finally {
    clearInterval(timer);
  }
});
export {};
