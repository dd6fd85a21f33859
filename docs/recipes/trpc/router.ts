import type { Transaction } from '@electric-sql/pglite';
import { initTRPC, TRPCError } from '@trpc/server';
import { passing, withAsync } from 'withal';
import { order, SoldOut, type Shop } from '../shop.ts';

interface Context {
  shop: Shop;
}

const t = initTRPC.context<Context>().create();

/** Throw this to send the client elsewhere; its order is still stored. */
class Redirect extends TRPCError {
  constructor(path: string) {
    super({ code: 'UNPROCESSABLE_CONTENT', message: `Go to ${path}.` });
  }
}

/** Runs each call in a transaction, and responds after the COMMIT. */
const inTransaction = t.middleware(({ ctx, next }) =>
  withAsync(passing(ctx.shop.transaction(), Redirect), async (tx: Transaction) => {
    const result = await next({ ctx: { tx } });
    if (!result.ok) throw result.error;
    return result;
  }),
);

/** tRPC would turn an error that it doesn't know into INTERNAL_SERVER_ERROR. */
const soldOut = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof SoldOut)
    throw new TRPCError({ code: 'CONFLICT', message: result.error.message });
  return result;
});

const item = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError('not an item');
  return value;
};

const transacted = t.procedure.use(soldOut).use(inTransaction).input(item);

export const router = t.router({
  order: transacted.mutation(({ ctx, input }) => order(ctx.tx, input)),
  orderAndGo: transacted.mutation(async ({ ctx, input }) => {
    await order(ctx.tx, input);
    throw new Redirect('/checkout');
  }),
});

export type Router = typeof router;
