import type { Transaction } from '@electric-sql/pglite';
import { Hono, type MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { passing, withAsync, type AsyncContextManager } from 'withal';
import { order, SoldOut, type Shop } from '../shop.ts';

/** Where the handlers find their transaction. */
interface Env {
  Variables: { tx: Transaction };
}

/** Runs each request in a transaction, and responds after the COMMIT. */
function inTransaction(
  transaction: () => AsyncContextManager<Transaction>,
): MiddlewareHandler<Env> {
  return (c, next) =>
    withAsync(passing(transaction(), isRedirect), async (tx) => {
      c.set('tx', tx);
      await next();
      if (c.error) throw c.error;
    });
}

/** Only redirects: an exception with status 404 or 409 must roll back. */
function isRedirect(error: unknown): boolean {
  return error instanceof HTTPException && error.status >= 300 && error.status < 400;
}

export function makeApp(shop: Shop): Hono<Env> {
  const app = new Hono<Env>();
  app.use('/orders/*', inTransaction(shop.transaction));

  app.post('/orders/:item', async (c) =>
    c.json({ ordered: await order(c.var.tx, c.req.param('item')) }, 201),
  );

  app.post('/orders/:item/and-go-home', async (c) => {
    await order(c.var.tx, c.req.param('item'));
    throw new HTTPException(303, { res: c.redirect('/', 303) });
  });

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    return c.json({ error: error.message }, error instanceof SoldOut ? 409 : 500);
  });
  return app;
}
