import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client) {
  try {
    yield db;
  } catch (cause) {
    throw new Error('the database failed', { cause });
  }
});
export {};
