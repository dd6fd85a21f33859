import { contextManager } from 'withal';
export const timer = contextManager(function* timer(label: string) {
  const start = performance.now();
  try {
    yield;
  } finally {
    log(label, performance.now() - start);
    return; // !no-silent-swallow
  }
});
