import { asyncContextManager } from 'withal';

declare const db: { transaction(): Promise<{ commit(): Promise<void>; rollback(): Promise<void> }> };
export const m = asyncContextManager(async function* m() {
  const trx = await db.transaction();
  try {
    yield trx;
  } catch (error) {
    await trx.rollback();
    throw error;
  }
  await trx.commit(); // !no-leaky-setup
});
export {};
