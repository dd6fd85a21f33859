import type { PGlite, Transaction } from '@electric-sql/pglite';
import { fromCallback } from 'withal';

/** A transaction on a PGlite, whose one connection all callers share: they take turns. */
export const queued = (db: PGlite) =>
  fromCallback<Transaction>((body) =>
    db.transaction(async (tx) => {
      await body(tx);
      await tx.query('SELECT 1'); // fails if a statement has failed
    }),
  );
