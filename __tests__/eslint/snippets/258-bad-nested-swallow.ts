import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client) {
  try {
    yield db;
  } catch (error) {
    try {
      await db.query('ROLLBACK');
      throw error;
    } catch (inner) { // !no-silent-swallow
      log(inner);
    }
  }
});
export {};
