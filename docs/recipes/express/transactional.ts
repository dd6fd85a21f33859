import type { Request, RequestHandler } from 'express';
import { resultBlocks, withAsync, type AsyncContextManager } from 'withal';

/** What to send after the COMMIT. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A response, or a refusal: that rolls back, and the client gets a 422. */
export type Result =
  | { readonly ok: true; readonly value: Answer }
  | { readonly ok: false; readonly error: string };

/** Runs a handler in a transaction, and sends what it returns after the COMMIT. */
export function transactional<Tx>(
  transaction: () => AsyncContextManager<Tx>,
  handler: (tx: Tx, req: Request) => Promise<Answer>,
): RequestHandler {
  return async (req, res) => {
    const { status, body } = await withAsync(transaction(), (tx) => handler(tx, req));
    res.status(status).json(body);
  };
}

const results = resultBlocks((result: Result) => !result.ok && { error: result.error });

/** The same for a handler that returns `{ ok: false }` instead of throwing. */
export function transactionalResult<Tx>(
  transaction: () => AsyncContextManager<Tx>,
  handler: (tx: Tx, req: Request) => Promise<Result>,
): RequestHandler {
  return async (req, res) => {
    const result = await results.withAsync(transaction(), (tx) => handler(tx, req));
    if (result.ok) res.status(result.value.status).json(result.value.body);
    else res.status(422).json({ error: result.error });
  };
}
