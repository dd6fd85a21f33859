// fromCallback: what the API calls back with is the value of the block.

import { expectTypeOf } from 'expect-type';
import { fromCallback, withAsync, type AsyncContextManager } from 'withal';

interface Tx {
  query(text: string): Promise<number[]>;
}

declare const db: {
  transaction<R>(body: (tx: Tx) => Promise<R>): Promise<R>;
};

declare const context: {
  with<R>(value: string, body: () => R): R;
};

const transaction = () => fromCallback<Tx>((body) => db.transaction(body));
expectTypeOf(transaction).returns.toEqualTypeOf<AsyncContextManager<Tx>>();
expectTypeOf(withAsync(transaction(), (tx) => tx.query('SELECT 1'))).toEqualTypeOf<Promise<number[]>>();

// An API that calls back without an argument.
const active = fromCallback((body) => context.with('span', body));
expectTypeOf(active).toEqualTypeOf<AsyncContextManager<undefined>>();
expectTypeOf(withAsync(active, (value) => [value] as const)).toEqualTypeOf<Promise<readonly [undefined]>>();

// @ts-expect-error -- the promise of the API, instead of a function that calls it
fromCallback(db.transaction(async () => 1));
