import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client, on: boolean) { // !yields-once
  if (!db) throw new Error('no database');
  if (on) yield db;
});
export {};
