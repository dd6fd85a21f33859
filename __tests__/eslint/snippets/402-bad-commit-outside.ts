import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client) {
  await db.query('BEGIN');
  try {
    yield db;
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
  await db.query('COMMIT'); // !no-leaky-setup
});
export {};
