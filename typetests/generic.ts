// Functions that are generic in what the block gives, or in the manager: they compile just as they would without a
// manager.

import { expectTypeOf } from 'expect-type';
import {
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  closing,
  contextDecorator,
  contextManager,
  enter,
  ExitStack,
  nullContext,
  scopeAsync,
  scopeSync,
  withAsync,
  withSync,
  type AsyncContextManager,
  type AsyncEnterable,
  type ContextManager,
  type Enterable,
  type Entered,
  type Fallback,
} from 'withal';

declare const batch: () => ContextManager<number>;
declare const transaction: () => AsyncContextManager<{ readonly id: number }>;
declare const recovering: ContextManager<number, 'recovered'>;

// In what the body gives

export function inBatch<T>(fn: () => T): T {
  return withSync(batch(), fn);
}
export function inBatchOr<T>(fn: () => T): T | 'recovered' {
  return withSync(recovering, fn);
}
export function inTransaction<T>(fn: () => Promise<T>): Promise<T> {
  return withAsync(transaction(), fn);
}
export function inEither<T>(fn: () => T): Promise<Awaited<T>> {
  return withAsync(transaction(), fn);
}
export function inScope<T>(fn: () => T): T {
  return scopeSync(function* () {
    yield* enter(batch());
    return fn();
  });
}
export function inAsyncScope<T>(fn: () => T): Promise<Awaited<T>> {
  return scopeAsync(async function* () {
    yield* enter(transaction());
    return fn();
  });
}
export function decorated<T>(fn: () => T): T {
  return contextDecorator(batch())(fn)();
}
export function decoratedAsync<T>(fn: () => Promise<T>): Promise<T> {
  return asyncContextDecorator(transaction())(fn)();
}

expectTypeOf(inBatch(() => 1)).toEqualTypeOf<number>();
expectTypeOf(inBatchOr(() => 1)).toEqualTypeOf<number | 'recovered'>();
expectTypeOf(inEither(async () => 1)).toEqualTypeOf<Promise<number>>();

export class Repository<Row extends object> {
  declare readonly rows: Row[];

  transform<T>(rows: (row: Row) => T): T[] {
    return withSync(batch(), () => this.rows.map(rows));
  }

  add(row: Row): this {
    return withSync(batch(), () => {
      this.rows.push(row);
      return this;
    });
  }

  find(id: number): Row | undefined {
    return withSync(batch(), () => this.rows[id]);
  }

  findOrNothing(id: number): Row | undefined {
    return scopeSync(function* (this: void, rows: Row[]) {
      yield* enter(batch());
      return rows[id];
    }, this.rows);
  }

  async findLater(id: number): Promise<Row | undefined> {
    return withAsync(transaction(), async () => this.rows[id]);
  }

  async addLater(row: Row): Promise<this> {
    return withAsync(transaction(), async () => this.add(row));
  }
}

// In the manager

export const withAny = <M extends AsyncEnterable, R>(manager: M, body: (value: Entered<M>) => R) =>
  withAsync(manager, body);
export const withValue = <T, F, R>(
  manager: AsyncContextManager<T, F>,
  body: (value: T) => R,
): Promise<Awaited<R | F>> => withAsync(manager, body);
export const withSyncValue = <T, F, R>(manager: ContextManager<T, F>, body: (value: T) => R): R | F =>
  withSync(manager, body);

expectTypeOf(withAny(transaction(), ({ id }) => id)).toEqualTypeOf<Promise<number>>();
expectTypeOf(withAny(recovering, async (value) => value)).toEqualTypeOf<Promise<number | 'recovered'>>();

export const opened = <M extends AsyncEnterable>(manager: M) =>
  asyncContextManager(async function* opened() {
    const value = yield* enter(manager);
    yield value;
  })();
export const openedSync = <M extends Enterable>(manager: M) =>
  contextManager(function* openedSync() {
    const value = yield* enter(manager);
    yield value;
  })();
export const scoped = <M extends AsyncEnterable, R>(manager: M, body: (value: Awaited<Entered<M>>) => R) =>
  scopeAsync(async function* () {
    return body(yield* enter(manager));
  });

expectTypeOf(opened(transaction())).toEqualTypeOf<AsyncContextManager<{ readonly id: number }>>();
expectTypeOf(openedSync(recovering)).toEqualTypeOf<ContextManager<number, 'recovered'>>();
expectTypeOf(scoped(recovering, (value) => value > 1)).toEqualTypeOf<Promise<boolean | 'recovered'>>();

export const both = <M extends Record<string, AsyncEnterable>>(managers: M) => all(managers);
export const list = <M extends readonly AsyncEnterable[]>(managers: M) => all(managers, { concurrent: true });
export const many = <M extends AsyncEnterable>(managers: M[]) => all(managers);

void withAsync(both({ tx: transaction(), count: batch() }), ({ tx, count }) => {
  expectTypeOf(tx.id).toEqualTypeOf<number>();
  expectTypeOf(count).toEqualTypeOf<number>();
});
void withAsync(many([transaction()]), ([tx]) => tx?.id);

export const onStack = <M extends AsyncEnterable>(stack: AsyncExitStack<Fallback<M>>, manager: M) =>
  stack.enterContext(manager);
export const onAnyStack = <M extends AsyncEnterable>(stack: AsyncExitStack<unknown>, manager: M) =>
  stack.enterContext(manager);
export function onSyncStack<T>(stack: ExitStack, manager: ContextManager<T>): T {
  return stack.enterContext(manager);
}

expectTypeOf(onStack(new AsyncExitStack(), transaction())).resolves.toEqualTypeOf<{ readonly id: number }>();

export const wrapped = <M extends AsyncEnterable>(manager: M) => asyncContextDecorator(manager)(async () => 1);
expectTypeOf(wrapped(recovering)).returns.resolves.toEqualTypeOf<number | 'recovered'>();

// In the thing that is closed

export const using = <T extends { close(): void }, R>(thing: T, body: (thing: T) => R): R =>
  withSync(closing(thing), body);
export const ending = <T extends { end(): void }, R>(thing: T, body: (thing: T) => R): R =>
  withSync(
    closing(thing, (thing) => thing.end()),
    body,
  );
export const borrowed = <T extends { close(): void }>(thing: T, isOurs: boolean): T =>
  withSync(isOurs ? closing(thing) : nullContext(thing), (thing) => thing);

// Combinators are written with nothing but enter, and with nothing annotated

export const map = <T, F, U>(manager: AsyncContextManager<T, F>, change: (value: Awaited<T>) => U) =>
  asyncContextManager(async function* map() {
    yield change(yield* enter(manager));
  })();
export const chain = <T, F, U, G>(
  manager: AsyncContextManager<T, F>,
  next: (value: Awaited<T>) => AsyncContextManager<U, G>,
) =>
  asyncContextManager(async function* chain() {
    yield yield* enter(next(yield* enter(manager)));
  })();
export const chainSync = <T, F, U, G>(
  manager: ContextManager<T, F>,
  next: (value: T) => ContextManager<U, G>,
): ContextManager<U, F | G> =>
  contextManager(function* chainSync() {
    yield yield* enter(next(yield* enter(manager)));
  })();

declare const three: AsyncContextManager<3, 'three'>;
declare const text: AsyncContextManager<string, 0>;
expectTypeOf(map(three, (value) => [value])).toEqualTypeOf<AsyncContextManager<3[], 'three'>>();
expectTypeOf(chain(three, () => text)).toEqualTypeOf<AsyncContextManager<string, 'three' | 0>>();
expectTypeOf(chain(transaction(), ({ id }) => nullContext(id))).toEqualTypeOf<AsyncContextManager<number>>();

// Any stays any

declare const anything: any;
declare const giveAnything: () => any;
expectTypeOf(withSync(batch(), giveAnything)).toBeAny();
expectTypeOf(withAsync(transaction(), giveAnything)).toEqualTypeOf<Promise<any>>();
void withAsync(anything, (value) => {
  expectTypeOf(value).toBeAny();
});
withSync(anything, (value) => {
  expectTypeOf(value).toBeAny();
});
expectTypeOf(withSync(batch(), (): never => JSON.parse('') as never)).toEqualTypeOf<never>();
