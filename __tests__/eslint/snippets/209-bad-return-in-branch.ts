import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(kind: 'a' | 'b' | 'c', db: Client) {
  if (kind === 'a') {
    yield db;
  } else if (kind === 'b') {
    return; // !yields-once
  } else {
    yield db;
  }
});
export {};
