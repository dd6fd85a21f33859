import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client | undefined) {
  if (!db) throw new Error('no database');
  yield db;
});
export {};
