import { asyncContextManager } from 'withal';

declare const cache: { clear(): void; set(k: string, v: unknown): void };
export const m = asyncContextManager(async function* m(db: Client) {
  await db.query('BEGIN');
  try {
    yield db;
    await db.query('COMMIT');
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
  cache.clear();
});
export {};
