import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client) { // !yields-once
  await db.query('SELECT 1');
});
export {};
