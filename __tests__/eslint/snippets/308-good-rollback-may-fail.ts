import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client) {
  await db.query('BEGIN');
  try {
    yield db;
    await db.query('COMMIT');
  } catch (error) {
    await db.query('ROLLBACK').catch(log);
    throw error;
  }
});
export {};
