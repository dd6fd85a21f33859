import type { PGlite, Transaction } from '@electric-sql/pglite';
import { asyncContextManager, fromCallback } from 'withal';

/** A transaction that never commits, by statements. */
export const rolledBack = asyncContextManager(async function* rolledBack(db: PGlite) {
  await db.exec('BEGIN');
  try {
    yield db;
  } finally {
    await db.exec('ROLLBACK');
  }
});

/** The same for an API that takes a callback, and commits unless that throws. */
export function rolledBackTx(db: PGlite) {
  const undo = new Error('The test is over. Roll back.');
  return fromCallback<Transaction>(async function rolledBackTx(body) {
    try {
      await db.transaction(async (tx) => {
        await body(tx);
        throw undo;
      });
    } catch (error) {
      if (error !== undo) throw error;
    }
  });
}
