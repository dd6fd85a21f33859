import express, { type ErrorRequestHandler, type Express } from 'express';
import { insert, ordered, type Store } from './store.ts';
import { streamed } from './streaming.ts';
import { transactional, transactionalResult } from './transactional.ts';

export function makeApp({ transaction, readOnly }: Store): Express {
  const app = express();

  app.post(
    '/orders/:item',
    transactional(transaction, async (tx, { params: { item } }) => {
      await insert(tx, String(item));
      if (item === 'cups') throw new Error('There are no more cups.');
      return { status: 201, body: { ordered: item } };
    }),
  );

  app.post(
    '/checked/:item',
    transactionalResult(transaction, async (tx, { params: { item } }) => {
      await insert(tx, String(item));
      if (item === 'cups') return { ok: false, error: 'There are no more cups.' };
      return { ok: true, value: { status: 201, body: { ordered: item } } };
    }),
  );

  app.get('/orders', streamed(readOnly, ordered));

  app.use(answerFailure);
  return app;
}

/** Express recognizes an error handler by its four parameters. */
export const answerFailure: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) next(error);
  else res.status(500).json({ error: 'Something went wrong.' });
};
