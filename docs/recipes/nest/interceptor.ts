import type { Transaction } from '@electric-sql/pglite';
import {
  createParamDecorator,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { passing, withAsync, type AsyncContextManager } from 'withal';

/** The key under which a request keeps its transaction. */
const key = Symbol('transaction');

type Transacted = Record<typeof key, Transaction>;

/** Runs each request in a transaction, and responds after the COMMIT. */
export class InTransaction implements NestInterceptor {
  readonly #transaction: () => AsyncContextManager<Transaction>;

  constructor(transaction: () => AsyncContextManager<Transaction>) {
    this.#transaction = transaction;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return defer(() =>
      withAsync(passing(this.#transaction(), SeeOther), (tx) => {
        context.switchToHttp().getRequest<Transacted>()[key] = tx;
        return lastValueFrom(next.handle(), { defaultValue: undefined });
      }),
    );
  }
}

/** Gives a handler its transaction: `@Tx() tx: Transaction`. */
export const Tx = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<Transacted>()[key],
);

/** Throw this to send the client elsewhere; its order is still stored. */
export class SeeOther extends Error {
  readonly url: string;

  constructor(url: string) {
    super(`See ${url}.`);
    this.name = 'SeeOther';
    this.url = url;
  }
}
